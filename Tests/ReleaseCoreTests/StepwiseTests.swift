import Foundation
import PostgresLink
import Testing

@testable import ReleaseCore

@Suite("A migration that runs statement by statement")
struct StepwiseTests {
    static let table = "CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, 1), (1, 2);"

    @Test("may build indexes without locking, several in one file")
    func concurrently() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.table)
            try fixture.write(
                "2",
                """
                CREATE INDEX CONCURRENTLY i ON t (a);
                -- between
                CREATE INDEX CONCURRENTLY j ON t (b);
                DROP INDEX CONCURRENTLY i;
                """)
            try fixture.write("3", "ALTER TABLE t ADD c int")
            let log = EventLog()
            let report = try fixture.deploy(report: log.report)
            #expect(report.applied == ["1", "2", "3"])
            let alone = log.all.compactMap { event in
                if case .runningAlone(_, let tag) = event { tag } else { nil }
            }
            #expect(
                alone == [
                    "CREATE INDEX CONCURRENTLY", "CREATE INDEX CONCURRENTLY",
                    "DROP INDEX CONCURRENTLY",
                ])
            #expect(
                try fixture.ask(
                    "SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 't'::regclass AND indisvalid"
                ) == ["j"])
            #expect(
                try fixture.ask(
                    "SELECT applied_steps_count, logs FROM _prisma_migrations WHERE migration_name = '2'"
                )
                    == ["1|-"])
            #expect(try fixture.ask("SELECT count(*) FROM _sluice.progress") == ["0"])
        }
    }

    @Test("may use an enum value it has just added")
    func enumValue() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (m mood)")
            try fixture.write(
                "2",
                "ALTER TYPE mood ADD VALUE 'ok'; ALTER TABLE t ALTER m SET DEFAULT 'ok'; INSERT INTO t VALUES ('ok');"
            )
            #expect(try fixture.deploy().verdict == .succeeded)
            #expect(try fixture.ask("SELECT m FROM t") == ["ok"])
        }
    }

    /// Four steps, of which the third fails because of two equal values.
    static let failing = """
        ALTER TABLE t ADD c int;
        CREATE INDEX CONCURRENTLY i ON t (a);
        CREATE UNIQUE INDEX CONCURRENTLY u ON t (a);
        ALTER TABLE t ADD d int;
        """

    @Test("that fails goes on behind its finished steps once it is corrected")
    func resuming() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.table)
            try fixture.write("2", Self.failing)
            try fixture.write("3", "ALTER TABLE t ADD e int")
            let failed = try fixture.deploy()
            #expect(failed.verdict == .failed)
            #expect(failed.applied == ["1"])
            #expect(failed.failure?.statement == 3)
            #expect(failed.failure?.line == 3)
            #expect(failed.failure?.sqlState?.rawValue == "23505")
            #expect(failed.failure?.databaseState.contains("the first 2 of 4 statements") == true)
            // What Prisma sees meanwhile: P3009.
            #expect(
                try fixture.ask(
                    "SELECT finished_at IS NULL AND rolled_back_at IS NULL, applied_steps_count FROM _prisma_migrations WHERE migration_name = '2'"
                ) == ["t|0"])
            let status = try fixture.status()
            #expect(status.state == .needsAttention)
            #expect(status.problems.map(\.migration) == ["2"])

            try fixture.write("2", Self.failing.replacing("u ON t (a)", with: "u ON t (b)"))
            let log = EventLog()
            let report = try fixture.deploy(report: log.report)
            #expect(report.applied == ["2", "3"])
            let resumed = log.all.contains { event in
                if case .resuming("2", finishedStatements: 2, of: 4) = event { true } else { false }
            }
            #expect(resumed)
            #expect(
                try fixture.ask(
                    "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0"
                ) == ["a,b,c,d,e"])
            #expect(try fixture.ask("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == ["0"])
            #expect(try fixture.applied() == ["1", "2", "3"])
            #expect(try fixture.status().state == .upToDate)
        }
    }

    @Test("is refused when its finished part was edited, with its name")
    func editedPrefix() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.table)
            try fixture.write("2", Self.failing)
            try fixture.deploy()
            let before = try fixture.picture()
            try fixture.write("2", Self.failing.replacing("i ON t (a)", with: "i ON t (b)"))
            let report = try fixture.deploy()
            #expect(report.verdict == .blocked)
            #expect(report.plan.problems.map(\.kind) == [.edited])
            #expect(report.plan.problems.map(\.migration) == ["2"])
            #expect(report.plan.problems.first?.detail.contains("first 2 statements") == true)
            #expect(try fixture.picture() == before)
        }
    }

    @Test("with an edited finished part is nothing that anybody can answer for")
    func acceptedPrefix() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write(
                "1",
                "CREATE TABLE t1 (i int);\nCREATE INDEX CONCURRENTLY ON t1 (i);\nSELECT 1/0;")
            #expect(try fixture.deploy().failure?.statement == 3)
            let before = try fixture.picture()
            try fixture.write(
                "1",
                "CREATE TABLE t1 (i int);\nINSERT INTO t1 VALUES (1);\nCREATE INDEX CONCURRENTLY ON t1 (i);\nSELECT 1;"
            )
            let report = try fixture.deploy(accepted: ["1"])
            #expect(report.verdict == .blocked)
            let problem = try #require(report.plan.problems.first)
            #expect(problem.kind == .edited && !problem.isAcceptable)
            #expect(problem.detail.contains("sluice resolve staging --rolled-back 1"))
            #expect(try fixture.picture() == before)
            // As the problem advises.
            try fixture.ask("DROP TABLE t1")
            try fixture.resolver.markRolledBack("1", in: DeploymentFixture.environment)
            #expect(try fixture.deploy().applied == ["1"])
            #expect(try fixture.ask("SELECT i FROM t1") == ["1"])
        }
    }

    @Test("is finished when the failing rest is taken out")
    func restTakenOut() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.table)
            try fixture.write("2", Self.failing)
            try fixture.deploy()
            let rest = Self.failing.split(separator: "\n").prefix(2).joined(separator: "\n")
            try fixture.write("2", rest)
            #expect(try fixture.deploy().applied == ["2"])
            #expect(try fixture.applied() == ["1", "2"])
            #expect(try fixture.status().state == .upToDate)
            #expect(try fixture.ask("SELECT count(*) FROM _sluice.progress") == ["0"])
        }
    }

    @Test("is finished when only ordinary statements are left of it, all of them done")
    func becameOrdinary() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.table)
            try fixture.write(
                "2", "ALTER TABLE t ADD c int;\nCREATE UNIQUE INDEX CONCURRENTLY u ON t (a);\n")
            #expect(try fixture.deploy().verdict == .failed)
            try fixture.write("2", "ALTER TABLE t ADD c int;\n")
            #expect(try fixture.deploy().applied == ["2"])
            #expect(try fixture.status().state == .upToDate)
        }
    }

    @Test("runs as an ordinary one when none of its steps was done and it became one")
    func becameOrdinaryAtOnce() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.table)
            try fixture.write("2", "CREATE UNIQUE INDEX CONCURRENTLY u ON t (a);")
            #expect(try fixture.deploy().verdict == .failed)
            try fixture.write("2", "DROP INDEX IF EXISTS u; CREATE UNIQUE INDEX u ON t (b);")
            #expect(try fixture.deploy().applied == ["2"])
            #expect(try fixture.deploy().verdict == .nothingToDo)
            #expect(
                try fixture.ask(
                    "SELECT count(*) FROM _prisma_migrations WHERE migration_name = '2'") == ["1"])
            #expect(try fixture.status().state == .upToDate)
        }
    }

    @Test("that disappears from the folder half-way is a problem")
    func gone() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.table)
            try fixture.write("2", Self.failing)
            try fixture.deploy()
            try fixture.remove("2")
            try fixture.write("3", "ALTER TABLE t ADD e int")
            let report = try fixture.deploy()
            #expect(report.verdict == .blocked)
            #expect(report.plan.problems.map(\.migration) == ["2"])
            #expect(try fixture.status().problems.map(\.migration) == ["2"])
        }
    }

    @Test(
        "starts over, with a row of its own, when its row was marked as rolled back",
        arguments: [true, false])
    func rolledBack(_ byPrisma: Bool) async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.table)
            try fixture.write("2", Self.failing)
            try fixture.deploy()
            if byPrisma {
                try fixture.ask(
                    "UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL"
                )
            } else {
                try fixture.resolver.markRolledBack("2", in: DeploymentFixture.environment)
            }
            try fixture.ask("ALTER TABLE t DROP c; DROP INDEX i; DROP INDEX u")
            #expect(try fixture.status().problems.isEmpty)
            #expect(try fixture.status().pending == ["2"])
            #expect(try fixture.deploy().failure?.statement == 3)
            try fixture.write("2", Self.failing.replacing("u ON t (a)", with: "u ON t (b)"))
            #expect(try fixture.deploy().applied == ["2"])
            #expect(
                try fixture.ask(
                    "SELECT finished_at IS NOT NULL, rolled_back_at IS NOT NULL FROM _prisma_migrations WHERE migration_name = '2' ORDER BY started_at"
                ) == ["f|t", "t|f"])
            #expect(try fixture.status().state == .upToDate)
        }
    }

    @Test("is left alone once it was marked as applied", arguments: [true, false])
    func markedApplied(_ byPrisma: Bool) async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.table)
            try fixture.write("2", Self.failing)
            try fixture.deploy()
            if byPrisma {
                try fixture.ask(
                    """
                    INSERT INTO _prisma_migrations (id, checksum, migration_name, logs, finished_at)
                    SELECT 'p', checksum, migration_name, '', now() FROM _prisma_migrations
                     WHERE finished_at IS NULL;
                    UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL
                    """)
                #expect(try fixture.status().problems.isEmpty)
            } else {
                try fixture.resolver.markApplied("2", in: DeploymentFixture.environment)
            }
            #expect(try fixture.deploy().verdict == .nothingToDo)
            #expect(try fixture.status().state == .upToDate)
        }
    }

    @Test("with its own transactions keeps each as a whole")
    func ownTransactions() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write(
                "1",
                """
                BEGIN; CREATE TABLE a (x int); INSERT INTO a VALUES (1); COMMIT;
                BEGIN; CREATE TABLE b (x int); SELECT 1/0; COMMIT;
                CREATE TABLE c (x int);
                """)
            let failed = try fixture.deploy()
            #expect(failed.failure?.statement == 7)
            #expect(failed.failure?.line == 2)
            #expect(try fixture.ask("SELECT to_regclass('a'), to_regclass('b')") == ["a|-"])
            try fixture.write(
                "1",
                """
                BEGIN; CREATE TABLE a (x int); INSERT INTO a VALUES (1); COMMIT;
                BEGIN; CREATE TABLE b (x int); COMMIT;
                CREATE TABLE c (x int);
                """)
            #expect(try fixture.deploy().applied == ["1"])
            #expect(
                try fixture.ask("SELECT count(*), to_regclass('b'), to_regclass('c') FROM a") == [
                    "1|b|c"
                ])
        }
    }

    @Test("throws away what its author throws away")
    func ownRollback() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write(
                "1",
                "CREATE TABLE a (x int); BEGIN; INSERT INTO a VALUES (1); ROLLBACK; INSERT INTO a VALUES (2);"
            )
            #expect(try fixture.deploy().applied == ["1"])
            #expect(try fixture.ask("SELECT x FROM a") == ["2"])
        }
    }

    @Test("that fails without a ledger does not promise to continue")
    func withoutLedger() async throws {
        try await DeploymentFixture.use { fixture in
            var fixture = fixture
            let role = try fixture.makeRole()
            fixture.databaseURL = fixture.url(as: role)
            defer { _ = try? fixture.dropRole(role) }
            try fixture.write("1", Self.table)
            try fixture.write("2", Self.failing)
            let failure = try #require(try fixture.deploy().failure)
            #expect(!failure.databaseState.contains("recorded"))
            #expect(!failure.next.joined().contains("continues"))
            #expect(try fixture.deploy().verdict == .blocked)
        }
    }
}
