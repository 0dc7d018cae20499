import GitStore
import PostgresLink
import Testing

@testable import ReleaseCore

@Suite("What a deployment writes into the history")
struct HistoryContentsTests {
    @Test("is one row per migration, as Prisma writes it")
    func rows() async throws {
        try await DeploymentFixture.use { fixture in
            let scripts = ["1_a": "CREATE TABLE a (x int);\r\n", "2_ü 🐘": "-- nothing", "3": ""]
            for (name, script) in scripts { try fixture.write(name, script) }
            let report = try fixture.deploy()
            #expect(report.verdict == .succeeded)
            #expect(report.applied == ["1_a", "2_ü 🐘", "3"])
            #expect(try fixture.applied() == report.applied)
            let rows = try fixture.connect().query(
                """
                SELECT *, started_at < finished_at AS in_order,
                       finished_at - started_at < interval '1 minute'
                         AND clock_timestamp() - finished_at < interval '1 minute' AS recent
                  FROM _prisma_migrations ORDER BY started_at
                """
            ).records
            #expect(rows.count == 3)
            for row in rows {
                let name = try #require(row["migration_name"])
                let script = try #require(scripts[name])
                #expect(row["checksum"] == ScriptDigests.of(Array(script.utf8)).asIs)
                #expect(row["applied_steps_count"] == "1")
                #expect(row["logs"] == nil)
                #expect(row["rolled_back_at"] == nil)
                #expect(row["in_order"] == "t")
                #expect(row["recent"] == "t")
                let pattern = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
                #expect(row["id"]?.wholeMatch(of: pattern) != nil)
            }
        }
    }

    /// Prisma's own statement (`create_migrations_table`), to compare with.
    static let prismaTable = """
        CREATE SCHEMA prisma; SET search_path = prisma;
        CREATE TABLE _prisma_migrations (
            id                      VARCHAR(36) PRIMARY KEY NOT NULL,
            checksum                VARCHAR(64) NOT NULL,
            finished_at             TIMESTAMPTZ,
            migration_name          VARCHAR(255) NOT NULL,
            logs                    TEXT,
            rolled_back_at          TIMESTAMPTZ,
            started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
            applied_steps_count     INTEGER NOT NULL DEFAULT 0
        );
        """

    @Test("stands in a table like Prisma's")
    func table() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "SELECT 1")
            try fixture.deploy()
            try fixture.ask(Self.prismaTable)
            func description(_ schema: String) throws -> [String] {
                try fixture.ask(
                    """
                    SELECT a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                           pg_get_expr(d.adbin, d.adrelid)
                      FROM pg_attribute a LEFT JOIN pg_attrdef d
                        ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                     WHERE a.attrelid = '\(schema)._prisma_migrations'::regclass AND a.attnum > 0
                     ORDER BY 1
                    """)
                    + fixture.ask(
                        """
                        SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
                         WHERE conrelid = '\(schema)._prisma_migrations'::regclass
                        """)
            }
            #expect(try description("public") == description("prisma"))
        }
    }

    @Test("goes into the schema of the URL, which is made where it is missing")
    func schemaOfURL() async throws {
        try await DeploymentFixture.use { fixture in
            var fixture = fixture
            fixture.databaseURL += "&schema=my%20app"
            try fixture.write("1", "CREATE TABLE a (x int)")
            #expect(try fixture.deploy().verdict == .succeeded)
            try fixture.write("2", "ALTER TABLE a ADD y int")
            #expect(try fixture.deploy().applied == ["2"])
            #expect(try fixture.deploy().verdict == .nothingToDo)
            #expect(
                try fixture.ask(
                    "SELECT relname FROM pg_class WHERE relnamespace = '\"my app\"'::regnamespace AND relkind = 'r' ORDER BY 1"
                ) == ["_prisma_migrations", "a"])
            #expect(try fixture.ask("SELECT to_regclass('public._prisma_migrations')") == ["-"])
        }
    }

    @Test("leaves the rows of others alone, and the columns of old versions")
    func oldTable() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.ask(
                """
                \(Self.prismaTable) ALTER TABLE _prisma_migrations SET SCHEMA public;
                ALTER TABLE public._prisma_migrations ADD script TEXT;
                INSERT INTO public._prisma_migrations (id, checksum, migration_name, finished_at, logs)
                VALUES ('x', '\(ScriptDigests.of([]).asIs)', '0', now(), 'old')
                """)
            try fixture.write("0", "")
            try fixture.write("1", "SELECT 1")
            let before = try fixture.ask("SELECT m::text FROM _prisma_migrations m")
            #expect(try fixture.deploy().applied == ["1"])
            #expect(
                try fixture.ask("SELECT m::text FROM _prisma_migrations m WHERE id = 'x'") == before
            )
        }
    }
}
