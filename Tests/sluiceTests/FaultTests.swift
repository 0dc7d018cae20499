import Foundation
import Glibc
import Sandbox
import Synchronization
import TestSupport
import Testing

/// Whatever breaks, and wherever: run it again, and the end is the same.
@Suite(.serialized) struct FaultTests {
    @Test func aConnectionCutAnywhereIsSurvived() async throws {
        try await tryPoints("connection cut", 120, .cut)
    }

    @Test func aProcessKilledAnywhereIsRepairedByTheNextRun() async throws {
        try await tryPoints("process killed", 60, .killClient)
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func aSignalAnywhereLeavesTheRestToTheNextRun(_ signal: Int32) async throws {
        try await tryPoints("signal \(signal)", 25, .signalClient(signal))
    }

    private func tryPoints(
        _ name: String, _ count: Int, _ reaction: CuttingProxy.Reaction
    ) async throws {
        try await withTemporaryDirectory(named: "fault") { folder in
            let scene = try FaultScene.make(in: folder)
            let undisturbed = try await record(scene)
            let points = FaultPoints(messages: undisturbed.messages).some(count)
            let tally = FaultTally()
            try await forEach(points, atOnce: 4) { point in
                try await withProxiedDatabase { proxy, through, direct in
                    proxy.arm(point, reaction)
                    try await scene.repeatUntilDone(
                        through, direct, "\(point)", undisturbed.outcome, proxy, tally)
                }
            }
            tally.print(name, of: undisturbed.messages.count)
            #expect(tally.reached >= points.count * 9 / 10)
        }
    }

    private func record(_ scene: FaultScene) async throws
        -> FaultScene.Undisturbed
    {
        try await withProxiedDatabase { proxy, through, direct in
            let output = try await scene.deploy(through)
            #expect(output.status == 0, "\(output.stderr)")
            return .init(messages: proxy.messages, outcome: try await scene.outcome(direct))
        }
    }
}

/// A proxy in front of a new database of the shared cluster.
private func withProxiedDatabase<Result>(
    _ body: (CuttingProxy, _ through: String, _ direct: String) async throws -> Result
) async throws -> Result {
    let cluster = try await TestCluster.shared
    return try await withTemporaryDirectory(named: "proxy") { sockets in
        let database = try await TemporaryDatabase.create()
        let proxy = try CuttingProxy(in: sockets, server: cluster.socketDirectory)
        do {
            let result = try await body(
                proxy, proxy.url(database: database.name, user: cluster.superuser), database.url)
            proxy.close()
            try await database.drop()
            return result
        } catch {
            proxy.close()
            try? await database.drop()
            throw error
        }
    }
}
