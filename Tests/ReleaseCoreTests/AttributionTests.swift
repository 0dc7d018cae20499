import PostgresLink
import Testing

@testable import ReleaseCore

/// Which migration an error belongs to, and which of them stay whole, where the server says
/// more or something else than is usual.
@Suite("Attribution")
struct AttributionTests {
    /// Each INSERT into it sends two results more.
    private static let rules = """
        CREATE TABLE a (i int);
        CREATE RULE r1 AS ON INSERT TO a DO ALSO SELECT * FROM a;
        CREATE RULE r2 AS ON INSERT TO a DO ALSO SELECT count(*) FROM a;
        """

    @Test("is not shifted by rules that send results of their own")
    func rules() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.rules)
            try fixture.write(
                "2", String(repeating: "INSERT INTO a VALUES (1);\n", count: 30))
            try fixture.write("3", "DO $$ BEGIN RAISE 'no'; END $$")
            try fixture.write("4", "CREATE TABLE d (i int)")
            let report = try fixture.deploy()
            #expect(report.verdict == .failed)
            #expect(report.applied == ["1", "2"])
            #expect(report.failure?.migration == "3")
            #expect(report.failure?.statement == 1)
            #expect(try fixture.applied() == ["1", "2"])
            try fixture.write("3", "CREATE TABLE c (i int)")
            #expect(try fixture.deploy().applied == ["3", "4"])
            #expect(try fixture.ask("SELECT count(*) FROM a") == ["30"])
        }
    }

    @Test(
        "an error that only looks like the server's refusal leaves nothing",
        arguments: [
            "CREATE TABLE t (a int); DO $$ BEGIN RAISE 'x' USING ERRCODE = '25001'; END $$;",
            "CREATE TABLE t (a int); SET LOCAL transaction_isolation = 'serializable'; SELECT 1/0;",
            "CREATE TABLE t (a int); SAVEPOINT s; CALL commits(); ROLLBACK TO s;",
        ])
    func looksLikeRefusal(_ script: String) async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write(
                "1",
                "CREATE PROCEDURE commits() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;")
            try fixture.write("2", script)
            let report = try fixture.deploy()
            #expect(report.verdict == .failed)
            #expect(report.applied == ["1"])
            #expect(try fixture.ask("SELECT to_regclass('t')") == ["-"])
            #expect(try fixture.ask("SELECT count(*) FROM _prisma_migrations") == ["1"])
        }
    }

    @Test("the variables behind SET TRANSACTION come before our own statements")
    func isolation() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write(
                "1",
                "SET transaction_isolation = 'serializable';\n"
                    + "CREATE TABLE t AS SELECT current_setting('transaction_isolation') AS level;")
            #expect(try fixture.deploy().applied == ["1"])
            #expect(try fixture.ask("SELECT level FROM t") == ["serializable"])
        }
    }

    @Test("timeouts are the environment's again behind a statement that ran by itself")
    func timeouts() async throws {
        try await DeploymentFixture.use("deploy: { lock_timeout: 7s, statement_timeout: 8min }") {
            fixture in
            try fixture.write(
                "1",
                """
                -- no lock_timeout is needed for CONCURRENTLY
                CREATE TABLE a AS SELECT 1 AS i;
                CREATE INDEX CONCURRENTLY i ON a (i);
                CREATE TABLE told AS SELECT current_setting('lock_timeout') AS lock,
                                            current_setting('statement_timeout') AS statement;
                """)
            #expect(try fixture.deploy().applied == ["1"])
            #expect(try fixture.ask("SELECT * FROM told") == ["7s|8min"])
        }
    }

    @Test("a digest that was named is the only plan that runs, with or without gates")
    func digest() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE t (a int)")
            func deploy(_ digest: String) throws -> DeploymentReport {
                try Deployer(try fixture.workspace()).run(
                    DeploymentRequest(
                        environment: DeploymentFixture.environment, promotes: false,
                        inspectedDigest: digest))
            }
            let refused = try deploy("0123456789ab")
            #expect(refused.verdict == .blocked)
            #expect(refused.gates.contains { $0.gate == .dryRun && $0.outcome == .block })
            #expect(try fixture.ask("SELECT to_regclass('t')") == ["-"])
            #expect(try deploy(refused.plan.digest).applied == ["1"])
        }
    }

    @Test("a hold that a role may not see stops it all the same")
    func hiddenHold() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE t (a int)")
            try fixture.deploy()
            try fixture.holds.hold(DeploymentFixture.environment, reason: "look first")
            let role = try fixture.makeRole()
            try fixture.ask(
                "GRANT ALL ON SCHEMA public TO \(role); GRANT ALL ON ALL TABLES IN SCHEMA public TO \(role)"
            )
            try fixture.write("2", "CREATE TABLE u (a int)")
            var other = fixture
            other.databaseURL = fixture.url(as: role)
            let report = try other.deploy()
            #expect(report.verdict == .blocked)
            let hold = try #require(report.gates.first { $0.gate == .hold })
            #expect(hold.evidence.hasPrefix("the role \(role) may not read the ledger"))
            #expect(try fixture.ask("SELECT to_regclass('u')") == ["-"])
            try fixture.ask("REASSIGN OWNED BY \(role) TO CURRENT_USER; DROP OWNED BY \(role)")
            try fixture.dropRole(role)
        }
    }

    @Test("a role that acts as another by default runs stepwise scripts too")
    func defaultRole() async throws {
        try await DeploymentFixture.use { fixture in
            let owner = try fixture.makeRole()
            let role = try fixture.makeRole()
            try fixture.ask(
                "ALTER ROLE \(role) NOINHERIT; GRANT \(owner) TO \(role); ALTER ROLE \(role) SET role = \(owner)"
            )
            try fixture.write("1", "CREATE TABLE t (a int); CREATE INDEX CONCURRENTLY i ON t (a)")
            var other = fixture
            other.databaseURL = fixture.url(as: role)
            let report = try other.deploy()
            #expect(report.applied == ["1"], "\(String(describing: report.failure))")
            #expect(
                try fixture.ask("SELECT tableowner FROM pg_tables WHERE tablename = 't'") == [owner]
            )
            try fixture.dropRole(role)
            try fixture.dropRole(owner)
        }
    }

    @Test("the time of a migration that is carried on is this run's")
    func timeOfTheRest() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE t (a int); VACUUM t; SELECT 1/0")
            #expect(try fixture.deploy().verdict == .failed)
            try fixture.ask(
                "UPDATE _prisma_migrations SET started_at = now() - interval '1 day'")
            try fixture.write("1", "CREATE TABLE t (a int); VACUUM t; SELECT 1")
            let log = EventLog()
            #expect(try fixture.deploy(report: log.report).applied == ["1"])
            let times = log.all.compactMap { event -> Int? in
                guard case .applied(_, _, _, let milliseconds) = event else { return nil }
                return milliseconds
            }
            #expect(times.count == 1 && times[0] < 86_400_000, "\(times)")
        }
    }

    @Test("advice fits what failed: a procedure that commits is looked at, not repeated")
    func procedure() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write(
                "1",
                """
                CREATE TABLE t (a int);
                CREATE PROCEDURE p() LANGUAGE plpgsql AS $$
                BEGIN INSERT INTO t VALUES (1); COMMIT; RAISE 'no'; END $$;
                """)
            try fixture.write("2", "CALL p(); CREATE TABLE u (a int)")
            let failure = try #require(try fixture.deploy().failure)
            #expect(failure.databaseState.hasSuffix("may have done a part of its work."))
            #expect(failure.next.first?.contains("sluice resolve ENV --applied 2") == true)
            #expect(try fixture.deploy().verdict != .succeeded)
            #expect(try fixture.ask("SELECT count(*) FROM t") == ["1"])
        }
    }
}
