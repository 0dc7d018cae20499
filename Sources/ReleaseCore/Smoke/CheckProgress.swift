import Synchronization

/// Counts finished checks and tells how many there are.
final class CheckProgress: Sendable {
    private let finished = Mutex(0)
    private let total: Int
    private let report: @Sendable (DeploymentEvent) -> Void

    init(_ total: Int, _ report: @escaping @Sendable (DeploymentEvent) -> Void) {
        self.total = total
        self.report = report
    }

    func finishOne() {
        let count = finished.withLock { count in
            count += 1
            return count
        }
        report(.checking(finished: count, of: total))
    }
}
