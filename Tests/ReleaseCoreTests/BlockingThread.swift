import Foundation

/// Runs blocking work of a test on threads of its own, within the test's task,
/// so that what it expects is reported as that test's.
final class BlockingThread: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        Thread.detachNewThread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    static func run<Result: Sendable>(
        _ body: @Sendable () throws -> Result
    ) async throws -> Result {
        try await withTaskExecutorPreference(BlockingThread()) { try await step(body) }
    }

    /// Nonisolated and concurrent: it runs where the preference says.
    @concurrent private static func step<Result: Sendable>(
        _ body: @Sendable () throws -> Result
    ) async throws -> Result {
        try body()
    }
}
