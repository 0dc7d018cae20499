import Foundation
import Synchronization
import TestSupport
import Testing

extension FaultScene {
    /// What a run through the proxy says and what it leaves behind.
    struct Undisturbed: Sendable {
        var messages: [CuttingProxyMessage]
        var outcome: Outcome
    }

    /// Deploys until it succeeds, and compares what came of it.
    ///
    /// Each run may end with “try again”, the first also by a signal.
    func repeatUntilDone(
        _ through: String, _ direct: String, _ place: String, _ expected: Outcome,
        _ proxy: CuttingProxy, _ tally: FaultTally
    ) async throws {
        var runs = [try await deploy(through)]
        while let last = runs.last, last.status != 0, runs.count < 6 {
            let wasStopped = (last.signal != nil || last.status == 130) && runs.count == 1
            guard wasStopped || last.status == 5 else { break }
            runs.append(try await deploy(through))
        }
        tally.add(reached: proxy.isReached, runs: runs.count)
        let story = runs.map { "\($0.status): \($0.stdout)\($0.stderr)" }
            .joined(separator: "\n--- run again ---\n")
        #expect(runs.last?.status == 0, "\(place):\n\(story)")
        guard runs.last?.status == 0 else { return }
        let found = try await persistently { try await outcome(direct) }
        #expect(found == expected, "\(place):\n\(story)")
    }
}

/// Tries again while a server comes back; the last failure after a minute.
func persistently<Result>(_ body: () async throws -> Result) async throws -> Result {
    let deadline = ContinuousClock.now + .seconds(60)
    while true {
        do {
            return try await body()
        } catch  where ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(20))
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
