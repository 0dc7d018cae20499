import Foundation
import Sandbox
import TestSupport
import Testing

/// Many deployments at once on one database.
struct ConcurrencyTests {
    /// Fifty where `SLUICE_FULL` is set.
    private static let crowd = ProcessInfo.processInfo.environment["SLUICE_FULL"] == nil ? 16 : 50

    @Test func aCrowdOfDeploymentsAppliesEachMigrationOnce() async throws {
        try await withTemporaryDirectory(named: "crowd") { folder in
            let scene = try FaultScene.make(in: folder)
            let expected = try await withTemporaryDatabase { url in
                #expect(try await scene.deploy(url).status == 0)
                return try await scene.outcome(url)
            }
            // A server of its own: so many connections at once would starve other tests.
            let cluster = try await onOwnThread {
                try SandboxCluster.start(.ephemeral, installation: .find())
            }
            let url = cluster.url(database: "postgres")
            let outputs = try await withThrowingTaskGroup(of: ProcessRunner.Output.self) { group in
                for _ in 0..<Self.crowd { group.addTask { try await scene.deploy(url) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let statuses = Dictionary(grouping: outputs, by: \.status).mapValues(\.count)
            print("concurrent deployments: \(Self.crowd), by exit code: \(statuses)")
            for output in outputs where output.status != 0 && output.status != 5 {
                Issue.record("exit \(output.status): \(output.stdout)\(output.stderr)")
            }
            #expect(statuses[0] != nil)
            #expect(try await scene.outcome(url) == expected)
            cluster.stop()
        }
    }

    @Test func aSecondDeploymentWaitsWhileTheFirstBuildsAnIndex() async throws {
        let migrations = [PrismaProtocolTests.base, PrismaProtocolTests.index]
        try await FaultDatabase.with([migrations[0]]) { database in
            #expect(try await database.deploy().status == 0)
            try database.write(migrations[1])
            let holder = try await FaultHolder(
                database.url, "BEGIN; INSERT INTO books VALUES (1, 'one')")
            let first = try database.start()
            #expect(
                try await database.waits(
                    until: FaultDatabase.isRunning("CREATE INDEX CONCURRENTLY")))
            let second = try database.start()
            #expect(
                try await second.waitForOutput { $0.contains("waiting for the deployment lock") }
                    != nil)
            try await holder.letGo()
            for process in [first, second] {
                let output = try await process.wait()
                #expect(output.status == 0, "\(output.stdout)\(output.stderr)")
            }
            #expect(try await database.ask("SELECT count(*) FROM log") == "2")
            #expect(
                try await database.ask(
                    "SELECT count(*) FROM pg_index WHERE NOT indisvalid") == "0")
            #expect(
                try await database.ask(
                    "SELECT count(*) FROM _sluice.steps WHERE outcome = 'applied'")
                    == "2")
        }
    }
}
