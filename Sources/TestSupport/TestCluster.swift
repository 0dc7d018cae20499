import Foundation
public import Sandbox

/// The one PostgreSQL cluster of a test process.
///
/// It is started when the first test asks for it, however many ask at once, and
/// ends with the process: nobody has to stop it.
public enum TestCluster {
    /// The running cluster.
    ///
    /// - Throws: `SandboxError`, the same for every test, when it cannot start.
    public static var shared: SandboxCluster {
        get async throws { try await starting.value }
    }

    private static let starting = Task {
        try await onOwnThread {
            let installation = try ServerInstallation.find(
                override: ProcessInfo.processInfo.environment["SLUICE_PG_BINDIR"])
            return try SandboxCluster.start(.ephemeral, installation: installation)
        }
    }
}

/// Runs a blocking call on a thread of its own, so that it never occupies one
/// of the few threads that all tasks share.
///
/// - Throws: what `body` throws.
@discardableResult
public func onOwnThread<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(with: Swift.Result { try body() })
        }
    }
}
