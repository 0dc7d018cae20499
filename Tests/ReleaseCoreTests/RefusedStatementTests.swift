import PostgresLink
import SQLAnalysis
import Testing

@testable import ReleaseCore

@Suite("A statement that only the server knows to refuse in a transaction")
struct RefusedStatementTests {
    /// A procedure that commits after each of its rows.
    private static let procedure = """
        CREATE TABLE t (a int UNIQUE);
        CREATE PROCEDURE fill(n int) LANGUAGE plpgsql AS $$
        BEGIN FOR i IN 1..n LOOP INSERT INTO t VALUES (i) ON CONFLICT DO NOTHING; COMMIT; END LOOP; END $$;
        """
    private static let partitions = """
        CREATE TABLE p (a int PRIMARY KEY) PARTITION BY RANGE (a);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (9);
        INSERT INTO p VALUES (1);
        """

    private static func turned(_ log: EventLog) -> [Int] {
        log.all.compactMap { event in
            if case .turningStepwise(_, let statement, _) = event { statement } else { nil }
        }
    }

    @Test("runs outside of one, its migration stepwise and the others as before")
    func callOfAnEarlierProcedure() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.procedure)
            try fixture.write(
                "2", "CREATE TABLE u (a int); CALL fill(3); INSERT INTO u VALUES (1); CALL fill(1);"
            )
            try fixture.write("3", "CREATE TABLE v (a int)")
            let log = EventLog()
            let report = try fixture.deploy(report: log.report)
            #expect(report.failure == nil)
            #expect(report.applied == ["1", "2", "3"])
            #expect(Self.turned(log) == [2, 4])
            #expect(
                try fixture.ask("SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM u)")
                    == ["3|1"])
            #expect(try fixture.applied() == ["1", "2", "3"])
            #expect(try fixture.ask("SELECT count(*) FROM _sluice.progress") == ["0"])
        }
    }

    @Test(
        "is also a command on a partitioned table",
        arguments: ["REINDEX TABLE p", "REINDEX INDEX p_pkey", "CLUSTER p USING p_pkey"])
    func partitioned(_ command: String) async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.partitions)
            try fixture.write(
                "2", "CREATE TABLE u (a int);\n\(command);\nINSERT INTO u VALUES (1);")
            let version = try fixture.connect().serverVersion
            // CLUSTER knows partitioned tables since 15.
            guard version >= 150_000 || !command.hasPrefix("CLUSTER") else { return }
            let report = try fixture.deploy()
            #expect(report.failure == nil)
            #expect(report.applied == ["1", "2"])
            #expect(try fixture.ask("SELECT * FROM u") == ["1"])
        }
    }

    @Test("runs outside of one without a ledger, and in the middle of a stepwise script")
    func withoutLedger() async throws {
        try await DeploymentFixture.use { fixture in
            var fixture = fixture
            let role = try fixture.makeRole()
            defer { try? fixture.dropRole(role) }
            let name = try fixture.ask("SELECT current_database()")[0]
            try fixture.ask("REVOKE CREATE ON DATABASE \(name) FROM PUBLIC, \(role)")
            fixture.databaseURL = fixture.url(as: role)
            try fixture.write("1", Self.procedure)
            try fixture.write(
                "2",
                "SET work_mem = '7MB'; CREATE INDEX CONCURRENTLY i ON t (a);"
                    + " CREATE TABLE u AS SELECT current_setting('work_mem') AS m; CALL fill(2);"
            )
            let report = try fixture.deploy()
            #expect(report.failure == nil)
            #expect(report.applied == ["1", "2"])
            #expect(try fixture.ask("SELECT m, (SELECT count(*) FROM t) FROM u") == ["7MB|2"])
        }
    }

    @Test("that fails leaves its finished part recorded; the corrected rest is carried on with")
    func failing() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.procedure)
            try fixture.write(
                "2", "CREATE TABLE u (a int); CALL fill(2); ALTER TABLE u ADD b nonsense; SELECT 1;"
            )
            let failed = try fixture.deploy()
            #expect(failed.failure?.statement == 3)
            #expect(failed.failure?.databaseState.contains("the first 2 of 4") == true)
            let plan = try PlanBuilder(try fixture.workspace()).prepare(nil).plan
            #expect(plan.migrations.first?.script.units.count == 3)
            try fixture.write(
                "2", "CREATE TABLE u (a int); CALL fill(2); ALTER TABLE u ADD b int; CALL fill(0);")
            let report = try fixture.deploy()
            #expect(report.failure == nil)
            #expect(report.applied == ["2"])
            #expect(try fixture.ask("SELECT count(*) FROM t") == ["2"])
        }
    }

    @Test(
        "is not confused with what is wrong anywhere",
        arguments: [
            "SELECT 1; SELECT 2; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;",
            "BEGIN; CREATE TABLE u (a int); CALL fill(2); COMMIT",
        ])
    func realFailures(_ script: String) async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.procedure)
            try fixture.deploy()
            let before = try fixture.picture()
            try fixture.write("2", script)
            let log = EventLog()
            #expect(try fixture.deploy(report: log.report).failure?.statement == 3)
            #expect(Self.turned(log).isEmpty)
            #expect(try fixture.picture() == before)
        }
    }
}

@Suite("A script that begins a transaction that may not write")
struct ReadOnlyScriptTests {
    @Test(
        "is recorded like any other",
        arguments: [
            "BEGIN READ ONLY; SELECT 1; COMMIT;",
            "START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SELECT 1; COMMIT",
            "SET TRANSACTION READ ONLY; SELECT 1;",
            "BEGIN; SET TRANSACTION READ ONLY; SELECT 1; END; CREATE TABLE u (a int)",
            "CREATE TABLE u (a int); BEGIN READ ONLY; SELECT 1; COMMIT; BEGIN READ ONLY; ROLLBACK",
        ])
    func recorded(_ script: String) async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE t (a int)")
            try fixture.write("2", script)
            try fixture.write("3", "CREATE TABLE v (a int)")
            let report = try fixture.deploy()
            #expect(report.failure?.message == nil)
            #expect(try fixture.applied() == ["1", "2", "3"])
        }
    }

    @Test("is told that it is its own fault when it writes")
    func writing() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE t (a int)")
            try fixture.deploy()
            let before = try fixture.picture()
            try fixture.write("2", "BEGIN READ ONLY; INSERT INTO t VALUES (1); COMMIT;")
            let failure = try fixture.deploy().failure
            #expect(failure?.statement == 2)
            #expect(failure?.next.first?.contains("READ ONLY") == true)
            #expect(try fixture.picture() == before)
        }
    }
}

@Suite("A stepwise script that keeps something in its session")
struct LostObjectTests {
    private static func script(_ middle: String) -> String {
        """
        CREATE TEMP TABLE scratch AS SELECT 1 AS a;
        CREATE INDEX CONCURRENTLY i ON t (a);
        \(middle);
        INSERT INTO t SELECT a FROM scratch;
        """
    }

    @Test("cannot be continued by another session, and the plan says why and what to do")
    func lost() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE t (a int)")
            try fixture.write("2", Self.script("SELECT 1 / 0"))
            #expect(try fixture.deploy().failure?.statement == 3)
            let before = try fixture.picture()
            try fixture.write("2", Self.script("SELECT 1"))
            let report = try fixture.deploy()
            #expect(report.verdict == .blocked)
            let detail = report.plan.problems.first?.detail ?? ""
            #expect(detail.contains("“scratch”") && detail.contains("statement 4 (line 4)"))
            #expect(try fixture.deploy(accepted: ["2"]).verdict == .blocked)
            #expect(try fixture.picture() == before)
            // As the problem advises.
            try fixture.write("2", Self.script("CREATE TEMP TABLE scratch AS SELECT 1 AS a"))
            #expect(try fixture.deploy().applied == ["2"])
            #expect(try fixture.ask("SELECT a FROM t") == ["1"])
        }
    }

    @Test("is not restarted when only its connection breaks")
    func brokenConnection() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE t (a int)")
            try fixture.write("2", Self.script("SELECT pg_terminate_backend(pg_backend_pid())"))
            let error = #expect(throws: ReleaseError.self) { try fixture.deploy() }
            #expect(error?.what.contains("“scratch”") == true, "\(String(describing: error))")
        }
    }
}
