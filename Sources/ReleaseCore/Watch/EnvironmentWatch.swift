import Foundation
import GitStore
import Synchronization

/// Follows one environment on a thread of its own, so that one deployment runs at
/// a time and commits that arrive meanwhile are deployed together afterwards.
final class EnvironmentWatch: Sendable {
    let name: String
    private let options: WorkspaceOptions
    private let interval: Duration
    private let interrupt = Interrupt()
    private let bell = Bell()
    private let ended = DispatchSemaphore(value: 0)
    private let report: @Sendable (WatchEvent) -> Void

    init(
        _ name: String, _ options: WorkspaceOptions, interval: Duration,
        report: @escaping @Sendable (WatchEvent) -> Void
    ) {
        self.name = name
        self.options = options
        self.interval = interval
        self.report = report
    }

    func start() {
        Thread.detachNewThread { [self] in
            follow()
            ended.signal()
        }
    }

    /// Looks at the branch now instead of after the interval.
    func wake() { bell.ring() }

    /// Asks to stop, and has what runs now cancelled.
    func stop() {
        interrupt.raise()
        bell.ring()
    }

    func join() { ended.wait() }

    private func follow() {
        var pace = WatchPace(interval: interval)
        var seen: ObjectID?
        while !interrupt.isRaised {
            let tip = Self.tip(options, name)
            if pace.isDue(.now, hasMoved: tip != seen) {
                let outcome = look()
                seen = tip
                let pause = pace.note(outcome, at: .now, jitter: .random(in: 0...1))
                report(.outcome(name, outcome, next: pause))
            }
            bell.wait(atMost: min(interval, .seconds(5)))
        }
    }

    private func look() -> WatchOutcome {
        let (name, report) = (name, report)
        return Reconciler(options, environment: name, interrupt: interrupt) {
            report(.deployment(name, $0))
        }.reconcile()
    }

    /// Looks until waiting alone would not help any more, or the time is up.
    func settle(within budget: Duration) -> WatchOutcome {
        var pace = WatchPace(interval: .seconds(1))
        let deadline = ContinuousClock.now + budget
        while true {
            let outcome = look()
            let pause = pace.note(outcome, at: .now, jitter: .random(in: 0...1))
            let goesOn =
                outcome.isPassing && !interrupt.isRaised && ContinuousClock.now + pause < deadline
            report(.outcome(name, outcome, next: goesOn ? pause : nil))
            guard goesOn else { return outcome }
            bell.wait(atMost: pause)
        }
    }

    /// The commit the branch points to; `nil` when it does not exist.
    private static func tip(_ options: WorkspaceOptions, _ name: String) -> ObjectID? {
        (try? Workspace(options).governed(name))?.commit
    }
}

/// Wakes a thread that waits.
final class Bell: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func ring() { semaphore.signal() }

    /// Returns when it rings, or when the time is up.
    func wait(atMost duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        if semaphore.wait(timeout: .now() + .nanoseconds(nanoseconds)) == .success {
            // Several rings are one.
            while semaphore.wait(timeout: .now()) == .success {}
        }
    }
}
