import Foundation
import PostgresLink
import Sandbox
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
                    var heldSince: Int?
                    var rewritten, scanned: Bool
                    var rows: Int?
                    var estimatedSeconds: Double?

                    enum CodingKeys: String, CodingKey {
                        case relation, lock, rewritten, scanned, rows
                        case estimatedSeconds = "estimated_seconds"
                        case heldSince = "held_since"
                    }
                }
                struct Hazard: Decodable {
                    var rule: String
                }
                var statement, line: Int
                var relations: [Relation]
                var dependsOnRows: [Hazard]

                enum CodingKeys: String, CodingKey {
                    case statement, line, relations
                    case dependsOnRows = "depends_on_rows"
                }
            }
            struct Held: Decodable {
                var relation, lock: String
                var statement: Int
            }
            var name, mode: String
            var statements: [Statement]
            var held: [Held]
        }
        struct Rows: Decodable {
            var source: String
            var tables, rows: Int
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
        var rows: Rows?
        var recorded: Bool

        enum CodingKeys: String, CodingKey {
            case verdict, digest, migrations, failed, invalid, schema, rows, recorded
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
            // What the transaction has locked already stays locked as strongly.
            #expect(
                document.locks == [
                    "1 public.jobs ACCESS EXCLUSIVE rewritten scanned",
                    "2 public.users SHARE ROW EXCLUSIVE",
                    "4 public.jobs ACCESS EXCLUSIVE",
                    "4 public.users SHARE ROW EXCLUSIVE",
                ])
            let last = document.migrations[0].statements[3].relations
            #expect(last.map(\.heldSince) == [1, 2])
            #expect(
                document.migrations[0].held.map { "\($0.statement) \($0.relation) \($0.lock)" } == [
                    "1 public.jobs ACCESS EXCLUSIVE", "2 public.users SHARE ROW EXCLUSIVE",
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
            // Nothing is held where there is no transaction.
            #expect(document.migrations.flatMap(\.held).isEmpty)
            #expect(document.wayBack?.proven == true)
        }
    }

    @Test func rowsThatAreLostAreNamed() async throws {
        try await rehearsing("ALTER TABLE jobs DROP COLUMN title;") { document, _ in
            #expect(document.wayBack?.proven == true)
            #expect(document.wayBack?.losses.count == 1)
        }
    }

    @Test func renamesAreTurnedAroundWithoutLoss() async throws {
        let sql = """
            ALTER TABLE jobs RENAME COLUMN title TO name;
            ALTER TABLE users RENAME TO people;
            ALTER TYPE mood RENAME VALUE 'sad' TO 'low';
            """
        try await rehearsing(sql) { document, _ in
            #expect(document.wayBack?.proven == true)
            #expect(document.wayBack?.losses == [])
        }
    }

    @Test func whatRowsDecideIsToldBesideTheStatement() async throws {
        let sql = """
            ALTER TABLE jobs ADD kind text NOT NULL;
            CREATE INDEX CONCURRENTLY i ON jobs (owner);
            """
        try await rehearsing(sql) { document, scene in
            #expect(document.verdict == "succeeded")
            let rules = document.migrations[0].statements.map { $0.dependsOnRows.map(\.rule) }
            #expect(rules == [["required-column"], []])
            let text = try await scene.sluice("rehearse", "staging")
            #expect(
                text.stdout.contains("1 statement can still fail on the rows there"),
                "\(text.stdout)")
        }
    }

    @Test func someRowsAreCopiedWithThoseTheyPointTo() async throws {
        try await ReleaseScene.with { scene in
            try scene.git.commitMigration(
                "1_first",
                """
                CREATE TABLE users (id int PRIMARY KEY, boss int REFERENCES users, at timestamptz);
                CREATE TABLE jobs (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                    owner int NOT NULL REFERENCES users, data jsonb, words text[], raw bytea,
                    twice int GENERATED ALWAYS AS (owner * 2) STORED);
                """)
            #expect(try await scene.sluice("deploy", "staging").status == 0)
            _ = try await scene.query(
                scene.staging,
                """
                INSERT INTO users SELECT i, nullif((i - 1) / 10, 0), now()
                    FROM generate_series(1, 5000) i;
                INSERT INTO jobs (owner, data, words, raw) SELECT i, '{"it''s": "\\\\"}',
                    ARRAY['a "b"', NULL], '\\xdead' FROM generate_series(1, 5000) i;
                ANALYZE
                """)
            // The keys hold in the copy, and rows are there to break what is demanded of them.
            try scene.git.commitMigration(
                "2_second",
                """
                ALTER TABLE jobs DROP CONSTRAINT jobs_owner_fkey, ADD CONSTRAINT jobs_owner_fkey
                    FOREIGN KEY (owner) REFERENCES users, ADD CHECK (twice = owner * 2);
                ALTER TABLE users DROP CONSTRAINT users_boss_fkey, ADD CONSTRAINT users_boss_fkey
                    FOREIGN KEY (boss) REFERENCES users;
                """)
            let kept = try await scene.json(
                Document.self, ["rehearse", "staging", "--with-data", "2%"])
            #expect(kept.verdict == "succeeded", "\(String(describing: kept.failed))")
            #expect(kept.rows?.source == "sample")
            #expect(kept.rows?.tables == 2)
            let rows = try #require(kept.rows?.rows)
            #expect(rows > 20 && rows < 5000)
            // Nothing is written into the environment's tables.
            #expect(
                try await scene.query(scene.staging, "SELECT count(*) FROM jobs") == "5000")
            try scene.git.commitMigration(
                "3_third", "CREATE UNIQUE INDEX one_word ON jobs (words);")
            let broken = try await scene.json(
                Document.self, ["rehearse", "staging", "--with-data", "0.02"])
            #expect(broken.failed?.sqlstate == "23505")
            #expect(broken.failed?.migration == "3_third")
        }
    }

    @Test func aBackupIsRehearsedOn() async throws {
        try await ReleaseScene.with { scene in
            try scene.git.commitMigration("1_first", Self.first)
            #expect(try await scene.sluice("deploy", "staging").status == 0)
            _ = try await scene.query(
                scene.staging, "INSERT INTO jobs SELECT i, 'x' FROM generate_series(1, 50) i")
            let archive = "\(scene.git.directory)/backup.dump"
            let dump = try ServerInstallation.find(override: nil).bindir + "/pg_dump"
            let made = try await ProcessRunner.run(
                dump, ["-Fc", "-f", archive, scene.staging.url])
            #expect(made.status == 0, "\(made.stderr)")
            // The backup is older than the environment.
            try scene.git.commitMigration("2_later", "ALTER TABLE jobs ADD a int;")
            #expect(try await scene.sluice("deploy", "staging").status == 0)
            try scene.git.commitMigration(
                "3_pending", "UPDATE jobs SET a = 1; ALTER TABLE jobs ADD UNIQUE (title, a);")
            let document = try await scene.json(
                Document.self, ["rehearse", "staging", "--clone", archive])
            #expect(document.failed?.statement == 2)
            #expect(document.failed?.sqlstate == "23505")
            #expect(document.rows?.source == "backup")
            #expect(document.rows?.rows ?? 0 >= 50)
        }
    }

    @Test func theLedgerKeepsItAndTheGateShowsIt() async throws {
        let configuration = """
            environments:
              staging:
                branch: staging
                database: ${STAGING_URL}
                gates: { dry_run: {} }

            """
        try await ReleaseScene.with(configuration: configuration) { scene in
            try scene.git.commitMigration("1_first", Self.first)
            let early = try await scene.json(Document.self, ["rehearse", "staging"])
            // Before the first deployment there is no ledger, and a rehearsal makes none.
            #expect(early.recorded == false)
            #expect(
                try await scene.sluice("deploy", "staging", "--plan", early.digest).status == 0)
            _ = try await scene.query(
                scene.staging, "INSERT INTO jobs SELECT i, 'x' FROM generate_series(1, 9) i")
            try scene.git.commitMigration("2_second", "ALTER TABLE jobs ADD kind int NOT NULL;")
            let clean = try await scene.json(Document.self, ["rehearse", "staging"])
            #expect(clean.recorded)
            let plan = try await scene.sluice("plan", "staging")
            #expect(
                plan.stdout.contains("rehearsed just now: it runs to its end"), "\(plan.stdout)")
            #expect(plan.stdout.contains("1 statement can fail on rows"))
            // On rows it fails, and then nobody deploys it.
            let failed = try await scene.json(
                Document.self, ["rehearse", "staging", "--with-data", "1"])
            #expect(failed.verdict == "failed")
            let blocked = try await scene.sluice("deploy", "staging", "--plan", failed.digest)
            #expect(blocked.status == 3, "\(blocked.stdout)")
            #expect(blocked.stderr.contains("it fails in 2_second"), "\(blocked.stderr)")
            let history = try await scene.sluice("history", "staging")
            #expect(history.stdout.contains("rehearsal passed"), "\(history.stdout)")
            #expect(history.stdout.contains("rehearsal failed"))
            // As every event, it stays as it was written.
            let forged = try await ProcessRunner.run(
                try ServerInstallation.find(override: nil).bindir + "/psql",
                [scene.staging.url, "-XAtc", "UPDATE _sluice.rehearsals SET outcome = 'passed'"])
            #expect(forged.stderr.contains("the ledger keeps its events"), "\(forged.stderr)")
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
