import Foundation
import PostgresLink
import Testing

@testable import ReleaseCore

@Suite("A deployment among others")
struct LockTests {
    static let prismaKey: Int64 = 72_707_369

    @Test("waits while Prisma holds its lock, says who, and gives up in time")
    func prismaHolds() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            let prisma = try fixture.connect("prisma migrate")
            #expect(try AdvisoryLock(key: Self.prismaKey).tryAcquire(prisma))
            let log = EventLog()
            let report = try fixture.deploy(lockBudget: .milliseconds(300), report: log.report)
            #expect(report.verdict == .blocked)
            #expect(report.obstacle?.kind == .tryAgain)
            #expect(report.obstacle?.what.contains("prisma migrate") == true)
            #expect(report.obstacle?.what.contains("\(prisma.backendProcess)") == true)
            #expect(report.obstacle?.state == "nothing was changed.")
            let holders = log.all.compactMap { event in
                if case .waitingForLock(let holder) = event { holder?.process } else { nil }
            }
            #expect(holders == [prisma.backendProcess])
            #expect(
                try fixture.ask(
                    "SELECT to_regclass('_prisma_migrations'), to_regnamespace('_sluice')") == [
                        "-|-"
                    ])
        }
    }

    @Test("goes on as soon as the lock is free")
    func prismaLeaves() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            let prisma = try fixture.connect("prisma")
            #expect(try AdvisoryLock(key: Self.prismaKey).tryAcquire(prisma))
            let process = prisma.backendProcess
            let report = try fixture.deploy { event in
                if case .waitingForLock = event {
                    _ = try? fixture.ask("SELECT pg_terminate_backend(\(process))")
                }
            }
            #expect(report.applied == ["1"])
        }
    }

    @Test("applies what is pending once, however many deploy at once")
    func several() async throws {
        try await DeploymentFixture.use { fixture in
            for number in 1...5 {
                try fixture.write("\(number)", "CREATE TABLE t\(number) (x int)")
            }
            let applied = EventLog()
            let others = (0..<4).map { _ in
                SideWork {
                    let report = try fixture.deploy(report: applied.report)
                    #expect([.succeeded, .nothingToDo].contains(report.verdict))
                }
            }
            for other in others { try other.wait() }
            let names = applied.all.compactMap { event in
                if case .applied(let name, _, _, _) = event { name } else { nil }
            }
            #expect(names == ["1", "2", "3", "4", "5"])
            #expect(try fixture.applied() == names)
        }
    }

    @Test("sees what changed while it waited: an edited history, a hold")
    func changesWhileWaiting() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.deploy()
            try fixture.write("2", "CREATE TABLE b (x int)")
            let other = try fixture.connect("other")
            #expect(try AdvisoryLock(key: Self.prismaKey).tryAcquire(other))
            let process = other.backendProcess
            let report = try fixture.deploy { event in
                guard case .waitingForLock = event else { return }
                _ = try? fixture.ask(
                    "INSERT INTO _sluice.holds (reason, placed_by) VALUES ('stop', 'Mia')")
                _ = try? fixture.ask("SELECT pg_terminate_backend(\(process))")
            }
            #expect(report.verdict == .blocked)
            #expect(report.gates.contains { $0.gate == .hold && $0.outcome == .block })
            #expect(try fixture.ask("SELECT to_regclass('b')") == ["-"])
        }
    }

    @Test("tries again while a table is locked, and comes through")
    func lockedTable() async throws {
        let settings = "deploy: { lock_timeout: 50ms, lock_retries: 1000 }"
        try await DeploymentFixture.use(settings) { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.deploy()
            try fixture.write("2", "CREATE TABLE b (x int)")
            try fixture.write("3", "ALTER TABLE a ADD y int")
            try fixture.write("4", "CREATE TABLE c (x int)")
            let other = try fixture.connect("reader")
            try other.execute("BEGIN; SELECT * FROM a")
            let process = other.backendProcess
            let log = EventLog()
            let report = try fixture.deploy { event in
                log.report(event)
                guard case .retrying("3", attempt: 2, _, _) = event else { return }
                _ = try? fixture.ask("SELECT pg_terminate_backend(\(process))")
            }
            #expect(report.applied == ["2", "3", "4"])
            #expect(try fixture.applied() == ["1", "2", "3", "4"])
            #expect(
                try fixture.ask("SELECT migration FROM _sluice.steps WHERE outcome = 'failed'")
                    .isEmpty)
        }
    }

    @Test("gives up when the retries are used up, and may be run again")
    func retriesUsedUp() async throws {
        let settings = "deploy: { lock_timeout: 20ms, lock_retries: 2 }"
        try await DeploymentFixture.use(settings) { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.deploy()
            let before = try fixture.picture()
            try fixture.write("2", "CREATE TABLE b (x int); ALTER TABLE a ADD y int")
            do {
                let other = try fixture.connect("reader")
                try other.execute("BEGIN; SELECT * FROM a")
                let log = EventLog()
                let report = try fixture.deploy(report: log.report)
                #expect(report.verdict == .failed)
                #expect(report.failure?.isTransient == true)
                #expect(report.failure?.sqlState == .lockNotAvailable)
                #expect(report.failure?.statement == 2)
                let retries = log.all.filter { if case .retrying = $0 { true } else { false } }
                #expect(retries.count == 2)
                #expect(try fixture.picture() == before)
            }
            #expect(try fixture.deploy().applied == ["2"])
        }
    }

    /// The lock is gone with the script's own statement; whoever took it then
    /// must be waited for, and the script must not run a second time.
    @Test("waits again when a script gave its locks away and another took them")
    func lockGivenAway() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.deploy()
            try fixture.write(
                "2",
                """
                INSERT INTO a VALUES (1);
                SELECT pg_advisory_unlock_all();
                SELECT pg_sleep(0.05) FROM generate_series(1, 200)
                 WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'taker' AND state = 'idle in transaction');
                """)
            try fixture.write("3", "INSERT INTO a VALUES (3)")
            let taker = SideWork {
                let session = try fixture.connect("taker")
                try waitUntil { try fixture.ask(Self.someoneIsAsleep) == ["1"] }
                try session.execute("BEGIN")
                try waitUntil { try AdvisoryLock(key: Self.prismaKey).tryAcquire(session) }
                try waitUntil {
                    try ["1", "2"].contains(fixture.ask("SELECT count(*) FROM a")[0])
                }
            }
            let report = try fixture.deploy()
            try taker.wait()
            #expect(report.applied == ["2", "3"])
            #expect(try fixture.ask("SELECT x FROM a ORDER BY x") == ["1", "3"])
        }
    }

    private static let someoneIsAsleep =
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"

    @Test("is interrupted: the statement is cancelled, nothing of it stays")
    func interrupted() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.deploy()
            let before = try fixture.picture()
            try fixture.write("2", "CREATE TABLE b (x int); SELECT pg_sleep(120)")
            let interrupt = Interrupt()
            let other = SideWork {
                try waitUntil { try fixture.ask(Self.someoneIsAsleep) == ["1"] }
                interrupt.raise()
            }
            let report = try fixture.deploy(interrupt: interrupt)
            try other.wait()
            #expect(report.verdict == .interrupted)
            #expect(try fixture.picture() == before)
            #expect(
                try fixture.ask(
                    "SELECT verdict FROM _sluice.deployments ORDER BY started_at DESC LIMIT 1") == [
                        "interrupted"
                    ])
        }
    }

    @Test("survives the loss of its connection and goes on where it stopped")
    func connectionLost() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            // Waits only the first time: the second one finds the row of the side work.
            try fixture.ask("CREATE SCHEMA side; CREATE TABLE side.killed (x int)")
            try fixture.write(
                "2",
                """
                INSERT INTO a VALUES (2);
                SELECT pg_sleep(120) WHERE NOT EXISTS (SELECT FROM side.killed);
                """)
            try fixture.write("3", "INSERT INTO a VALUES (3)")
            let other = SideWork {
                try waitUntil { try fixture.ask(Self.someoneIsAsleep) == ["1"] }
                try fixture.ask("INSERT INTO side.killed VALUES (1)")
                try fixture.ask(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
                )
            }
            let report = try fixture.deploy()
            try other.wait()
            #expect(report.verdict == .succeeded)
            #expect(report.applied == ["1", "2", "3"])
            #expect(try fixture.ask("SELECT x FROM a ORDER BY x") == ["2", "3"])
            #expect(try fixture.applied() == ["1", "2", "3"])
        }
    }
}
