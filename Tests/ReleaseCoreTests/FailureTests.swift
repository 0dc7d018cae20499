import PostgresLink
import Testing

@testable import ReleaseCore

/// A migration that fails, and where the failure is to be found.
struct FailureCase: Sendable, CustomTestStringConvertible {
    var name: String
    var script: String
    var state: String
    var statement: Int?
    var line: Int?
    var column: Int?
    var excerpt: String?

    var testDescription: String { name }

    /// All of them fail as a whole and leave no trace.
    static let transactional: [FailureCase] = [
        .init(
            name: "a syntax error", script: "CREATE TABLE b (x int);\n\nSELEC 1;\n", state: "42601",
            line: 3, column: 1, excerpt: "SELEC 1;"),
        .init(
            name: "a syntax error at the end", script: "CREATE TABLE b (x int", state: "42601",
            line: 1, column: 22),
        .init(
            name: "an unknown column", script: "CREATE TABLE b (x int);\n  SELECT nothing FROM b;",
            state: "42703", statement: 2, line: 2, column: 10, excerpt: "  SELECT nothing FROM b;"),
        .init(
            name: "a duplicate key, without a position",
            script:
                "CREATE TABLE b (x int PRIMARY KEY);\nINSERT INTO b VALUES (1);\n-- again\nINSERT INTO b VALUES (1);",
            state: "23505", statement: 3, line: 4, excerpt: "INSERT INTO b VALUES (1);"),
        .init(
            name: "a deferred constraint, failing at COMMIT",
            script: """
                CREATE TABLE b (x int PRIMARY KEY, y int REFERENCES b DEFERRABLE INITIALLY DEFERRED);
                INSERT INTO b VALUES (1, 2);
                """, state: "23503"),
        .init(
            name: "an error inside a DO block",
            script: "SELECT 1;\nDO $$\nBEGIN\n  PERFORM 1 / 0;\nEND $$;", state: "22012",
            statement: 2,
            line: 2),
        .init(
            name: "a syntax error inside a function's body",
            script:
                "SELECT 1;\nCREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  RETRN 1;\nEND $$;",
            state: "42601", statement: 2, line: 4, column: 3),
        .init(
            name: "text of several bytes before the error",
            script: "-- Größe 🐘 e\u{301}\nSELECT 'ä🐘', oops;", state: "42703", statement: 1,
            line: 2,
            column: 14, excerpt: "SELECT 'ä🐘', oops;"),
        .init(
            name: "CRLF line ends",
            script: "CREATE TABLE b (x int);\r\n-- ä\r\nSELECT\r\n  oops;\r\n", state: "42703",
            statement: 2, line: 4, column: 3, excerpt: "  oops;"),
        .init(
            name: "an error before a line comment at the end",
            script: "SELECT 1;\nSELECT oops -- the end", state: "42703", statement: 2, line: 2,
            column: 8),
        .init(
            name: "an error in a script with empty statements",
            script: ";;\nSELECT 1;;\nSELECT oops;",
            state: "42703", statement: 2, line: 3, column: 8),
        .init(
            name: "a statement that must see its own error, not ours", script: "SELECT 1/0",
            state: "22012", statement: 1, line: 1),
        .init(
            name: "an error raised by an event of several statements",
            script:
                "CREATE TABLE b (x int);\nINSERT INTO b VALUES (1), (2);\nALTER TABLE b ADD y int NOT NULL;",
            state: "23502", statement: 3, line: 3),
    ]
}

@Suite("A deployment that fails in the middle")
struct FailureTests {
    @Test(
        "keeps what was before, leaves nothing of the failing one, says where",
        arguments: FailureCase.transactional)
    func leavesNothing(_ example: FailureCase) async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE t (a int)")
            try fixture.write("2", "INSERT INTO t VALUES (1)")
            try fixture.deploy()
            let before = try fixture.picture()
            try fixture.write("3", example.script)
            try fixture.write("4", "CREATE TABLE c (x int)")
            try fixture.write("5", "CREATE TABLE d (x int)")
            let report = try fixture.deploy()
            #expect(report.verdict == .failed)
            #expect(report.applied.isEmpty)
            let failure = try #require(report.failure)
            #expect(failure.migration == "3")
            #expect(failure.sqlState?.rawValue == example.state)
            #expect(failure.statement == example.statement)
            #expect(failure.line == example.line)
            #expect(failure.column == example.column)
            if let excerpt = example.excerpt { #expect(failure.excerpt == excerpt) }
            #expect(failure.databaseState.hasPrefix("rolled back: nothing of this migration"))
            #expect(try fixture.picture() == before)
            #expect(try fixture.status().pending == ["3", "4", "5"])
            try fixture.write("3", "SELECT 3")
            #expect(try fixture.deploy().applied == ["3", "4", "5"])
        }
    }

    @Test(
        "in one run: what stands before the failing one is committed",
        arguments: FailureCase.transactional)
    func inOneRun(_ example: FailureCase) async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE t (a int)")
            try fixture.write("2", "INSERT INTO t VALUES (1)")
            try fixture.write("3", example.script)
            try fixture.write("4", "CREATE TABLE c (x int)")
            let report = try fixture.deploy()
            #expect(report.applied == ["1", "2"])
            #expect(try fixture.applied() == ["1", "2"])
            #expect(report.failure?.migration == "3")
            #expect(report.failure?.sqlState?.rawValue == example.state)
            #expect(report.failure?.statement == example.statement)
            #expect(report.failure?.line == example.line)
            #expect(report.failure?.column == example.column)
            #expect(try fixture.ask("SELECT count(*) FROM t") == ["1"])
            #expect(
                try fixture.ask("SELECT migration_name FROM _prisma_migrations ORDER BY 1") == [
                    "1", "2",
                ])
            #expect(
                try fixture.ask(
                    "SELECT migration, outcome, sqlstate FROM _sluice.steps ORDER BY id")
                    == ["1|applied|-", "2|applied|-", "3|failed|\(example.state)"])
            #expect(try fixture.ask("SELECT verdict FROM _sluice.deployments") == ["failed"])
        }
    }

    /// With `standard_conforming_strings` off the server reads what the grammar
    /// we use does not.
    @Test("a script only the server can read runs as a whole, or not at all")
    func opaque() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.ask(
                """
                DO $$ BEGIN EXECUTE format(
                  'ALTER DATABASE %I SET standard_conforming_strings = off', current_database());
                END $$
                """)
            try fixture.write("1", "CREATE TABLE t (a text); INSERT INTO t VALUES ('it\\'s')")
            #expect(try fixture.deploy().applied == ["1"])
            #expect(try fixture.ask("SELECT a FROM t") == ["it's"])
            let before = try fixture.picture()
            try fixture.write("2", "INSERT INTO t VALUES ('it\\'s');\n  SELECT oops;")
            let failed = try fixture.deploy()
            #expect(failed.failure?.sqlState?.rawValue == "42703")
            #expect(failed.failure?.line == 2)
            #expect(failed.failure?.column == 10)
            #expect(try fixture.picture() == before)
            try fixture.write("2", "SELECT 'it\\'s'; SELECT 1/0")
            #expect(try fixture.deploy().failure?.sqlState?.rawValue == "22012")
            #expect(try fixture.picture() == before)
        }
    }

    @Test(
        "a script only the server can read that commits by itself and then fails is not called rolled back"
    )
    func opaqueCommit() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.ask(
                """
                DO $$ BEGIN EXECUTE format(
                  'ALTER DATABASE %I SET standard_conforming_strings = off', current_database());
                END $$
                """)
            try fixture.write(
                "1", "CREATE TABLE t (a text); INSERT INTO t VALUES ('it\\'s'); COMMIT; SELECT 1/0")
            let report = try fixture.deploy()
            #expect(report.verdict == .failed)
            let isThere = try fixture.ask("SELECT to_regclass('t') IS NOT NULL") == ["t"]
            #expect(isThere != report.failure?.databaseState.hasPrefix("rolled back"))
            #expect(try isThere == !fixture.status().problems.isEmpty)
        }
    }

    @Test("a BEGIN without COMMIT: everything is committed at the end, with its record")
    func openTransaction() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "BEGIN;\nCREATE TABLE t (a int);")
            try fixture.write("2", "INSERT INTO t VALUES (1)")
            #expect(try fixture.deploy().applied == ["1", "2"])
            #expect(try fixture.applied() == ["1", "2"])
            #expect(try fixture.ask("SELECT * FROM t") == ["1"])
        }
    }

    @Test("a BEGIN without COMMIT that fails: its statement is named, nothing of it stays")
    func failingOpenTransaction() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "BEGIN;\nCREATE TABLE t (a int);\nSELECT 1/0;")
            let report = try fixture.deploy()
            #expect(report.failure?.sqlState == .divisionByZero)
            #expect(report.failure?.statement == 3)
            #expect(report.failure?.line == 3)
            #expect(try fixture.ask("SELECT to_regclass('t')") == ["-"])
            try fixture.write("1", "BEGIN;\nCREATE TABLE t (a int);\nSELECT 1;")
            #expect(try fixture.deploy().applied == ["1"])
        }
    }

    @Test("COPY FROM STDIN and text that is none are refused before anything runs")
    func refusedBefore() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE t (a int)")
            try fixture.write("2", "COPY t FROM STDIN;")
            try fixture.write("3", "SELECT 1\0; CREATE TABLE u (a int)")
            let report = try fixture.deploy()
            #expect(report.verdict == .blocked)
            #expect(Set(report.plan.problems.map(\.migration)) == ["2", "3"])
            #expect(report.plan.problems.allSatisfy { $0.kind == .unreadable })
            #expect(try fixture.ask("SELECT to_regclass('_prisma_migrations')") == ["-"])
            // Even answered for, nothing is sent that would be cut off at the NUL byte.
            _ = try? fixture.deploy(accepted: ["2", "3"])
            #expect(try fixture.ask("SELECT to_regclass('u')") == ["-"])
        }
    }

    @Test("a transaction that would be left prepared is refused before anything runs")
    func leftPrepared() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "BEGIN;\nCREATE TABLE t (a int);\nPREPARE TRANSACTION 'later';")
            let report = try fixture.deploy()
            #expect(report.verdict == .blocked)
            let problem = try #require(report.plan.problems.first)
            #expect(problem.kind == .unreadable)
            #expect(problem.detail.hasPrefix("statement 3 in line 3 is PREPARE TRANSACTION"))
            #expect(try fixture.ask("SELECT to_regclass('_prisma_migrations')") == ["-"])
        }
    }

    @Test(
        "a script's choice of isolation is kept",
        arguments: [
            "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; CREATE TABLE t AS SELECT \(level);",
            "BEGIN ISOLATION LEVEL SERIALIZABLE; CREATE TABLE t AS SELECT \(level); COMMIT;",
            "BEGIN ISOLATION LEVEL SERIALIZABLE; CREATE TABLE t AS SELECT \(level); COMMIT; SELECT 1;",
        ])
    func isolation(_ script: String) async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", script)
            #expect(try fixture.deploy().applied == ["1"])
            #expect(try fixture.ask("SELECT level FROM t") == ["serializable"])
        }
    }

    @Test("a byte order mark is refused, as PostgreSQL refuses it")
    func byteOrderMark() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.write("2", "\u{FEFF}CREATE TABLE b (x int)")
            let report = try fixture.deploy()
            #expect([.blocked, .failed].contains(report.verdict))
            #expect(try fixture.ask("SELECT to_regclass('b')") == ["-"])
            try fixture.write("2", "CREATE TABLE b (x int)")
            #expect(try fixture.deploy().applied.last == "2")
        }
    }

    @Test("a server that cannot be reached is named without its password")
    func unreachable() async throws {
        try await DeploymentFixture.use { fixture in
            var fixture = fixture
            fixture.databaseURL = "postgresql://app:hunter2@127.0.0.1:1/shop"
            try fixture.write("1", "SELECT 1")
            let failure = #expect(throws: ConnectionFailure.self) { try fixture.deploy() }
            #expect(failure?.reason == .unreachable)
            #expect("\(String(describing: failure))".contains("hunter2") == false)
            let status = try fixture.status()
            #expect(status.state == .unreachable)
            #expect(status.failure?.contains("app@127.0.0.1:1/shop") == true)
            #expect(status.failure?.contains("hunter2") == false)
        }
    }

    /// Its ROLLBACK takes away our unfinished row, too.
    @Test(
        "a script only the server can read that rolls back by itself is not called applied without a record"
    )
    func opaqueRollback() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.ask(
                """
                DO $$ BEGIN EXECUTE format(
                  'ALTER DATABASE %I SET standard_conforming_strings = off', current_database());
                END $$
                """)
            try fixture.write("1", "SELECT 'it\\'s'; ROLLBACK; CREATE TABLE t (x int)")
            let report = try fixture.deploy()
            #expect(try fixture.applied() == report.applied)
        }
    }

    private static let level = "current_setting('transaction_isolation') AS level"

    @Test(
        "a migration that always ends its own connection does not run for ever",
        .timeLimit(.minutes(3)))
    func suicide() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.write("2", "SELECT pg_terminate_backend(pg_backend_pid())")
            let interrupt = Interrupt()
            let log = EventLog()
            let outcome = Result {
                try fixture.deploy(interrupt: interrupt) { event in
                    log.report(event)
                    let losses = log.all.filter {
                        if case .reconnecting = $0 { true } else { false }
                    }
                    if losses.count > 40 { interrupt.raise() }
                }
            }
            #expect(!interrupt.isRaised)
            #expect(try fixture.applied() == ["1"])
            switch outcome {
            case .success(let report): #expect(report.verdict == .failed)
            case .failure(let error): #expect(error is ReleaseError)
            }
        }
    }
}
