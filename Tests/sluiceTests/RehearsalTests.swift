import Foundation
import PostgresLink
import TestSupport
import Testing

/// `sluice rehearse` against a real database with rows.
@Suite struct RehearsalTests {
    private struct Document: Decodable {
        struct Migration: Decodable {
            struct Statement: Decodable {
                struct Relation: Decodable {
                    var relation: String
                    var lock: String?
                    var rewritten, scanned: Bool
                    var rows: Int?
                    var estimatedSeconds: Double?

                    enum CodingKeys: String, CodingKey {
                        case relation, lock, rewritten, scanned, rows
                        case estimatedSeconds = "estimated_seconds"
                    }
                }
                var statement, line: Int
                var relations: [Relation]
            }
            var name, mode: String
            var statements: [Statement]
        }
        struct Failure: Decodable {
            var migration, message: String
            var statement, line: Int
            var sqlstate: String?
        }
        struct WayBack: Decodable {
            var proven: Bool
            var losses: [String]
        }
        var verdict, digest: String
        var migrations: [Migration]
        var failed: Failure?
        var invalid, schema: [String]
        var wayBack: WayBack?

        enum CodingKeys: String, CodingKey {
            case verdict, digest, migrations, failed, invalid, schema
            case wayBack = "way_back"
        }

        /// Each lock as `statement relation MODE marks`.
        var locks: [String] {
            migrations.flatMap { migration in
                migration.statements.flatMap { statement in
                    statement.relations.map { relation in
                        "\(statement.statement) \(relation.relation) \(relation.lock ?? "-")"
                            + (relation.rewritten ? " rewritten" : "")
                            + (relation.scanned ? " scanned" : "")
                    }
                }
            }
        }
    }

    private static let first = """
        CREATE TYPE mood AS ENUM ('sad', 'glad');
        CREATE TABLE users (id int PRIMARY KEY, mail text);
        CREATE TABLE jobs (id int PRIMARY KEY, title varchar(20), owner int, mood mood);
        """

    /// A staging database with rows and one more migration that waits.
    private func rehearsing(
        _ sql: String, _ arguments: [String] = [],
        _ check: (Document, ReleaseScene) async throws -> Void
    ) async throws {
        try await ReleaseScene.with { scene in
            try scene.git.commitMigration("1_first", Self.first)
            #expect(try await scene.sluice("deploy", "staging").status == 0)
            try await onOwnThread { [url = scene.staging.url] in
                try PostgresSession(connecting: ConnectionTarget(url: url)).execute(
                    "INSERT INTO jobs SELECT i, 'x', i FROM generate_series(1, 5000) i; ANALYZE")
            }
            try scene.git.commitMigration("2_second", sql)
            let document = try await scene.json(
                Document.self, ["rehearse", "staging"] + arguments)
            try await check(document, scene)
        }
    }

    @Test func whatEachStatementLocksAndWritesAnewIsMeasured() async throws {
        let sql = """
            ALTER TABLE jobs ALTER id TYPE bigint;
            CREATE TABLE new_table (id int REFERENCES users);
            ALTER TABLE new_table ADD CHECK (id > 0);
            ALTER TABLE jobs ADD FOREIGN KEY (owner) REFERENCES users NOT VALID;
            """
        try await rehearsing(sql) { document, scene in
            #expect(document.verdict == "succeeded")
            // What the transaction has locked already is not locked again.
            #expect(
                document.locks == [
                    "1 public.jobs ACCESS EXCLUSIVE rewritten scanned",
                    "2 public.users SHARE ROW EXCLUSIVE",
                    "4 public.jobs SHARE ROW EXCLUSIVE",
                ])
            let relation = try #require(document.migrations[0].statements[0].relations.first)
            #expect(relation.rows == 5000)
            #expect((relation.estimatedSeconds ?? -1) > 0)
            #expect(document.invalid == ["constraint jobs_owner_fkey on jobs"])
            #expect(document.wayBack?.proven == true)
            #expect(document.schema.contains { $0.contains("table public.new_table") })
            // The environment itself was only read.
            let isUntouched = try await onOwnThread { [url = scene.staging.url] in
                try PostgresSession(connecting: ConnectionTarget(url: url)).query(
                    "SELECT to_regclass('new_table') IS NULL"
                ).scalar
            }
            #expect(isUntouched == "t")
        }
    }

    @Test func whatRunsOutsideTransactionsIsMeasuredToo() async throws {
        try await rehearsing("CREATE INDEX CONCURRENTLY i ON jobs (owner);") { document, _ in
            #expect(document.migrations.map(\.mode) == ["stepwise"])
            #expect(document.locks == ["1 public.jobs SHARE UPDATE EXCLUSIVE scanned"])
            #expect(document.wayBack?.proven == true)
        }
    }

    @Test func rowsThatAreLostAreNamed() async throws {
        try await rehearsing("ALTER TABLE jobs DROP COLUMN title;") { document, _ in
            #expect(document.wayBack?.proven == true)
            #expect(document.wayBack?.losses.count == 1)
        }
    }

    @Test func aStatementThatFailsIsNamedWithItsLine() async throws {
        try await ReleaseScene.with { scene in
            try scene.git.commitMigration("1_first", Self.first)
            #expect(try await scene.sluice("deploy", "staging").status == 0)
            try scene.git.commitMigration(
                "2_second", "ALTER TABLE jobs ADD a int;\n\nALTER TABLE gone ADD b int;")
            let output = try await scene.sluice("rehearse", "staging")
            #expect(output.status == 1)
            #expect(
                output.stdout.contains(
                    "fails 2_second, statement 2, line 3: relation \"gone\" does not exist (42P01)"),
                "\(output.stdout)\(output.stderr)")
        }
    }

    @Test func aSecondRehearsalFindsTheCopyAndTellsTheSame() async throws {
        try await rehearsing("ALTER TABLE jobs ADD a int;") { document, scene in
            let again = try await scene.json(Document.self, ["rehearse", "staging"])
            #expect(again.locks == document.locks)
            #expect(again.digest == document.digest)
            let plan = try await scene.sluice("plan", "staging")
            #expect(plan.stdout.contains(document.digest.prefix(12)))
        }
    }

    @Test func policiesForRolesAndViewsAreCopied() async throws {
        try await ReleaseScene.with { scene in
            try scene.git.commitMigration("1_first", Self.first)
            #expect(try await scene.sluice("deploy", "staging").status == 0)
            try await onOwnThread { [url = scene.staging.url, name = scene.staging.name] in
                let session = try PostgresSession(connecting: ConnectionTarget(url: url))
                try session.execute(
                    """
                    CREATE ROLE \(name) NOLOGIN; CREATE POLICY p ON jobs TO \(name) USING (true);
                    CREATE VIEW v AS SELECT id FROM jobs; GRANT SELECT ON v TO \(name)
                    """)
            }
            try scene.git.commitMigration("2_second", "ALTER TABLE jobs ADD a int;")
            let output = try await scene.sluice("rehearse", "staging")
            try await onOwnThread { [url = scene.staging.url, name = scene.staging.name] in
                try PostgresSession(connecting: ConnectionTarget(url: url)).execute(
                    "DROP POLICY p ON jobs; DROP OWNED BY \(name); DROP ROLE \(name)")
            }
            #expect(output.status == 0, "\(output.stdout)\(output.stderr)")
        }
    }

    @Test func nothingPendingIsNothingToRehearse() async throws {
        try await ReleaseScene.with { scene in
            try scene.git.commitMigration("1_first", Self.first)
            #expect(try await scene.sluice("deploy", "staging").status == 0)
            let output = try await scene.sluice("rehearse", "staging")
            #expect(output.status == 0)
            #expect(output.stdout.contains("nothing to rehearse"))
        }
    }
}
