import Foundation
import Sandbox
import Synchronization
import TestSupport
import Testing

/// Whatever breaks, and wherever: run it again, and the end is the same.
@Suite(.serialized) struct FaultTests {
    /// What a run through the proxy says and what it leaves behind.
    private struct Undisturbed: Sendable {
        var messages: [CuttingProxyMessage]
        var outcome: FaultScene.Outcome
    }

    @Test func aConnectionCutAnywhereIsSurvived() async throws {
        try await tryPoints("connection cut", 120, .cut)
    }

    @Test func aProcessKilledAnywhereIsRepairedByTheNextRun() async throws {
        try await tryPoints("process killed", 60, .killClient)
    }

    private func tryPoints(
        _ name: String, _ count: Int, _ reaction: CuttingProxy.Reaction
    ) async throws {
        try await withTemporaryDirectory(named: "fault") { folder in
            let scene = try FaultScene.make(in: folder)
            let undisturbed = try await record(scene, folder)
            let points = FaultPoints(messages: undisturbed.messages).some(count)
            let tally = FaultTally()
            try await forEach(points, atOnce: 4) { point in
                try await disturb(scene, folder, point, reaction, undisturbed.outcome, tally)
            }
            tally.print(name, of: undisturbed.messages.count)
        }
    }

    private func record(_ scene: FaultScene, _ folder: String) async throws -> Undisturbed {
        try await withProxiedDatabase(folder) { proxy, through, direct in
            let output = try await scene.deploy(through)
            #expect(output.status == 0, "\(output.stderr)")
            return Undisturbed(
                messages: proxy.messages, outcome: try await scene.outcome(direct))
        }
    }

    private func disturb(
        _ scene: FaultScene, _ folder: String, _ point: CuttingProxyPoint,
        _ reaction: CuttingProxy.Reaction, _ expected: FaultScene.Outcome, _ tally: FaultTally
    ) async throws {
        try await withProxiedDatabase(folder) { proxy, through, direct in
            proxy.arm(point, reaction)
            var runs = [try await scene.deploy(through)]
            while let last = runs.last, last.status != 0, runs.count < 6 {
                let isKilled = last.signal == SIGKILL && runs.count == 1
                guard isKilled || last.status == 5 else { break }
                runs.append(try await scene.deploy(through))
            }
            tally.add(reached: proxy.isReached, runs: runs.count)
            let story = runs.map { "\($0.status): \($0.stdout)\($0.stderr)" }.joined(
                separator: "\n--- run again ---\n")
            #expect(runs.last?.status == 0, "\(point):\n\(story)")
            guard runs.last?.status == 0 else { return }
            let outcome = try await scene.outcome(direct)
            #expect(outcome == expected, "\(point):\n\(story)")
        }
    }
}

/// A proxy in front of a new database of the shared cluster.
private func withProxiedDatabase<Result>(
    _ folder: String,
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

/// Counts what was tried.
final class FaultTally: Sendable {
    private struct State {
        var points = 0
        var reached = 0
        var recovered = 0
        var runs = 0
    }

    private let state = Mutex(State())

    func add(reached: Bool, runs: Int) {
        state.withLock {
            $0.points += 1
            $0.reached += reached ? 1 : 0
            $0.recovered += runs == 1 ? 1 : 0
            $0.runs += runs
        }
    }

    var reached: Int { state.withLock { $0.reached } }

    func print(_ name: String, of messages: Int) {
        let state = state.withLock { $0 }
        Swift.print(
            "\(name): \(state.points) points (\(state.reached) reached) of \(messages) messages; "
                + "\(state.recovered) recovered in the same run, \(state.runs) runs in all")
    }
}
