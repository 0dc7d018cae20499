import Dispatch

/// Runs an actor on a thread of its own queue, so that blocking libpq calls
/// never hold a thread of the cooperative pool. Dispatch on Linux has no
/// `DispatchSerialQueue` that conforms to `SerialExecutor`.
final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
