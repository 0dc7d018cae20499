import Foundation
import PostgresLink
import Testing

@testable import ReleaseCore

@Suite("Many migrations and odd ones")
struct ManyMigrationsTests {
    private static func name(_ number: Int) -> String {
        "2024" + String(10_000 + number)
    }

    @Test(
        "fail at the right one, wherever the messages were cut",
        arguments: ["SELECT 1/0", "SELEC 1", "SELECT oops"])
    func failingFarIn(_ script: String) async throws {
        try await DeploymentFixture.use { fixture in
            for number in 1...230 {
                try fixture.write(Self.name(number), "CREATE TABLE t\(number) (x int); -- ä🐘")
            }
            try fixture.write(Self.name(151), "-- ä\n\(script)")
            let log = EventLog()
            let report = try fixture.deploy(report: log.report)
            #expect(report.applied == (1...150).map(Self.name))
            #expect(report.failure?.migration == Self.name(151))
            #expect(report.failure?.line == 2)
            #expect(try fixture.applied() == report.applied)
            let told = log.all.compactMap { event in
                if case .applied(let name, _, _, _) = event { name } else { nil }
            }
            #expect(told == report.applied)
            try fixture.write(Self.name(151), "SELECT 1")
            #expect(try fixture.deploy().applied == (151...230).map(Self.name))
        }
    }

    @Test("may be large")
    func large() async throws {
        try await DeploymentFixture.use { fixture in
            let rows = (1...40_000).map { "(\($0), 'ä🐘')" }.joined(separator: ",\n")
            try fixture.write("1", "CREATE TABLE t (x int, y text)")
            try fixture.write("2", "INSERT INTO t VALUES\n\(rows);")
            try fixture.write("3", "INSERT INTO t VALUES\n\(rows),\n('x', 'y');")
            let report = try fixture.deploy()
            #expect(report.applied == ["1", "2"])
            #expect(report.failure?.sqlState?.rawValue == "22P02")
            #expect(report.failure?.line == 40_002)
            #expect(report.failure?.column == 2)
            #expect(try fixture.ask("SELECT count(*) FROM t") == ["40000"])
        }
    }

    @Test(
        "may have any name",
        arguments: ["it's \\ “two” \"x\"", "-- comment", "$$", "é", " space ", "%s"])
    func names(_ name: String) async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write(name, "CREATE TABLE t (x int)")
            #expect(try fixture.deploy().applied == [name])
            #expect(try fixture.applied() == [name])
            #expect(try fixture.deploy().verdict == .nothingToDo)
            try fixture.write(name + "2", "CREATE INDEX CONCURRENTLY i ON t (x); SELECT 1/0")
            #expect(try fixture.deploy().verdict == .failed)
            try fixture.resolver.markRolledBack(name + "2", in: "staging")
            try fixture.resolver.markApplied(name + "2", in: "staging")
            #expect(try fixture.status().state == .upToDate)
        }
    }

    @Test("stop where they are told to")
    func upTo() async throws {
        try await DeploymentFixture.use { fixture in
            for name in ["1", "2", "3"] { try fixture.write(name, "SELECT \(name)") }
            #expect(try fixture.deploy(upTo: "2").applied == ["1", "2"])
            let error = #expect(throws: ReleaseError.self) { try fixture.deploy(upTo: "2") }
            #expect(error?.kind == .usage)
            #expect(try fixture.deploy(upTo: "3").applied == ["3"])
        }
    }

    @Test("are interrupted while they wait for the lock")
    func interruptedWaiting() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "SELECT 1")
            let other = try fixture.connect()
            #expect(try AdvisoryLock(key: LockTests.prismaKey).tryAcquire(other))
            let interrupt = Interrupt()
            let report = try fixture.deploy(interrupt: interrupt) { event in
                if case .waitingForLock = event { interrupt.raise() }
            }
            #expect(report.verdict == .interrupted)
            #expect(report.obstacle?.kind == .interrupted)
            #expect(try fixture.ask("SELECT to_regclass('_prisma_migrations')") == ["-"])
        }
    }
}
