import PostgresLink
import SchemaCatalog
import TestSupport
import Testing

struct SchemaSnapshotTests {
    @Test func equalSchemasInTwoDatabasesGiveEqualSnapshots() async throws {
        try await withTemporaryDatabase { first in
            try await withTemporaryDatabase { second in
                let pairs = SchemaPair.types + SchemaPair.code + SchemaPair.partitions
                for pair in pairs where pair.common.isEmpty {
                    // Oids of the second database differ from those of the first.
                    let left = try Self.read(first, after: Self.fresh + pair.second)
                    let right = try Self.read(
                        second, after: Self.fresh + "CREATE TABLE z(); DROP TABLE z;" + pair.second)
                    #expect(left == right, "\(pair)")
                    #expect(SchemaDifference(from: left, to: right).isEmpty)
                }
            }
        }
    }

    private static let fresh = """
        DROP EVENT TRIGGER IF EXISTS e; DROP EXTENSION IF EXISTS citext CASCADE;
        SET client_min_messages = error; DROP SCHEMA public CASCADE; CREATE SCHEMA public;
        """

    @Test func whatIsNotTheApplicationsIsLeftOut() async throws {
        try await withTemporaryDatabase { url in
            let snapshot = try Self.read(
                url,
                after: """
                    CREATE SCHEMA _sluice; CREATE TABLE _sluice.deployment (id serial PRIMARY KEY);
                    COMMENT ON TABLE _sluice.deployment IS 'x'; CREATE TABLE _prisma_migrations (
                      id text PRIMARY KEY, at timestamptz DEFAULT now());
                    CREATE INDEX ON _prisma_migrations(at);
                    GRANT SELECT ON _prisma_migrations TO PUBLIC;
                    CREATE EXTENSION pg_trgm; CREATE TEMP TABLE temporary (id int);
                    """)
            let names = snapshot.objects.keys.sorted().map(\.description)
            #expect(names == ["extension pg_trgm", "schema public"])
            #expect(snapshot.comments.keys.sorted().map(\.description) == ["schema public"])
            #expect(snapshot.grants.isEmpty)
        }
    }

    @Test func ownPatternsAreIgnored() async throws {
        try await withTemporaryDatabase { url in
            let session = try Self.session(url)
            try session.execute(
                "CREATE TABLE audit_1 (id int); CREATE TABLE jobs (id int); CREATE SCHEMA etl; "
                    + "CREATE TABLE etl.t (id int)")
            let list = IgnoreList(schemas: ["etl"], tables: ["audit_*"])
            let snapshot = try SchemaSnapshot.read(session, ignoring: list)
            #expect(snapshot.tables.map(\.path) == ["public.jobs"])
        }
    }

    @Test func aSnapshotInsideATransactionSeesItsChangesAndLeavesItAsItWas() async throws {
        try await withTemporaryDatabase { url in
            let session = try Self.session(url)
            try session.execute("SET search_path = public; BEGIN; CREATE TABLE t (id int)")
            let snapshot = try SchemaSnapshot.read(session)
            #expect(snapshot.tables.map(\.path) == ["public.t"])
            #expect(session.isInTransaction)
            #expect(try session.query("SHOW search_path").scalar == "public")
            try session.execute("ROLLBACK")
            let later = try SchemaSnapshot.read(session)
            #expect(later.tables.isEmpty)
            #expect(!session.isInTransaction)
        }
    }

    @Test func namesAreRelativeToTheDefaultSchema() async throws {
        try await withTemporaryDatabase { url in
            let session = try Self.session(url)
            try session.execute(
                "CREATE SCHEMA app; CREATE TYPE app.kind AS ENUM ('a'); "
                    + "CREATE TABLE app.t (k app.kind DEFAULT 'a')")
            let relative = try SchemaSnapshot.read(session, defaultSchema: "app")
            let column = SchemaObjectID.column("app", "t", "k")
            #expect(relative.defaultExpression(of: column) == "'a'::kind")
            let absolute = try SchemaSnapshot.read(session)
            #expect(absolute.defaultExpression(of: column) == "'a'::app.kind")
        }
    }

    @Test func columnsKeepTheirOrderBesideTheComparison() async throws {
        try await withTemporaryDatabase { url in
            let first = try Self.read(url, after: "CREATE TABLE t (a int, b int)")
            let second = try Self.read(url, after: "DROP TABLE t; CREATE TABLE t (b int, a int)")
            #expect(first == second)
            #expect(second.columns(of: .table("public", "t")).map(\.member) == ["b", "a"])
        }
    }

    @Test func objectsWhoseSQLIsNotRenderedAreNamed() async throws {
        try await withTemporaryDatabase { url in
            let before = try Self.read(url, after: "CREATE TABLE t (a int)")
            let after = try Self.read(url, after: "CREATE FOREIGN DATA WRAPPER w")
            let difference = SchemaDifference(from: before, to: after)
            #expect(difference.unrendered.map(\.line) == ["[+] foreign-data wrapper w"])
            #expect(difference.ddl(style: .exact).isEmpty)
        }
    }

    static func session(_ url: String) throws -> PostgresSession {
        try PostgresSession(connecting: ConnectionTarget(url: url))
    }

    static func read(_ url: String, after sql: String) throws -> SchemaSnapshot {
        let session = try session(url)
        try session.execute(sql)
        return try SchemaSnapshot.read(session)
    }
}
