import Foundation
import Glibc
import PostgresLink
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

    /// Without a ledger a stepwise migration that is cut short cannot be carried
    /// on with: it has to be said, and never started over.
    @Test func withoutALedgerNothingRunsTwice() async throws {
        try await withTemporaryDirectory(named: "fault") { folder in
            let scene = try FaultScene.make(in: folder)
            let recorded = try await record(scene, hasLedger: false)
            let points = FaultPoints(messages: recorded.messages).some(30, client: 0.7)
            let tally = FaultTally()
            try await forEach(points, atOnce: 4) { point in
                try await withProxiedDatabase(hasLedger: false) { proxy, through, direct in
                    proxy.arm(point)
                    let first = try await scene.deploy(through)
                    tally.add(reached: proxy.isReached, runs: first.status == 0 ? 1 : 2)
                    if first.status == 0 {
                        #expect(try await scene.ledgerlessOutcome(direct) == recorded.outcome)
                    } else {
                        #expect([4, 5].contains(first.status), "\(point): \(first.stderr)")
                        #expect(
                            try await scene.hasNothingTwice(direct), "\(point): \(first.stderr)")
                    }
                }
            }
            tally.print("connection cut, no ledger", of: recorded.messages.count)
        }
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
            // A run may be shorter than the recorded one, but not by much.
            #expect(tally.reached >= points.count * 3 / 4)
        }
    }

    /// The shortest of some undisturbed runs.
    ///
    /// On a busy machine a statement may take long enough for the deployment to
    /// watch it on a second connection, whose messages no later run has to have.
    private func record(_ scene: FaultScene, hasLedger: Bool = true) async throws
        -> FaultScene.Undisturbed
    {
        var shortest = try await recordOnce(scene, hasLedger: hasLedger)
        for _ in 0..<2 {
            let again = try await recordOnce(scene, hasLedger: hasLedger)
            #expect(again.outcome == shortest.outcome)
            if again.messages.count < shortest.messages.count { shortest = again }
        }
        return shortest
    }

    private func recordOnce(_ scene: FaultScene, hasLedger: Bool) async throws
        -> FaultScene.Undisturbed
    {
        try await withProxiedDatabase(hasLedger: hasLedger) { proxy, through, direct in
            let output = try await scene.deploy(through)
            #expect(output.status == 0, "\(output.stderr)")
            let outcome =
                hasLedger
                ? try await scene.outcome(direct) : try await scene.ledgerlessOutcome(direct)
            return .init(messages: proxy.messages, outcome: outcome)
        }
    }
}

/// A proxy in front of a new database of the shared cluster.
///
/// Without a ledger the deployment's role may not create schemas.
private func withProxiedDatabase<Result>(
    hasLedger: Bool = true,
    _ body: (CuttingProxy, _ through: String, _ direct: String) async throws -> Result
) async throws -> Result {
    let cluster = try await TestCluster.shared
    return try await withTemporaryDirectory(named: "proxy") { sockets in
        let database = try await TemporaryDatabase.create()
        let proxy = try CuttingProxy(in: sockets, server: cluster.socketDirectory)
        do {
            let user = hasLedger ? cluster.superuser : "role_\(database.name)"
            if !hasLedger { try await allow(user, in: database.url) }
            let result = try await body(
                proxy, proxy.url(database: database.name, user: user), database.url)
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

private func allow(_ role: String, in url: String) async throws {
    try await onOwnThread {
        try PostgresSession(connecting: ConnectionTarget(url: url)).execute(
            "CREATE ROLE \(role) LOGIN; GRANT CREATE ON SCHEMA public TO \(role)")
    }
}
