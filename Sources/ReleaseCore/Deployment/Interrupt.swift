import Dispatch
import Glibc
import PostgresLink
import Synchronization

/// Asks a running deployment to stop: raised by a signal handler's thread,
/// seen by the thread that works.
public final class Interrupt: Sendable {
    private let raised = Atomic(false)
    /// Held while a cancel request is under way, so that none arrives after
    /// ``watch(_:)`` has returned and hits what comes next.
    private let canceller = Mutex<PostgresCanceller?>(nil)

    public init() {}

    /// Whether somebody asked to stop.
    public var isRaised: Bool { raised.load(ordering: .sequentiallyConsistent) }

    /// Asks to stop and has the statement that runs now cancelled. Returns at
    /// once, even if the server cannot be reached.
    public func raise() {
        raised.store(true, ordering: .sequentiallyConsistent)
        DispatchQueue.global().async { [self] in
            // More than once: a request that arrives just before a statement is
            // sent cancels nothing.
            while cancel() { usleep(100_000) }
        }
    }

    /// - Returns: whether there is a session to cancel.
    private func cancel() -> Bool {
        canceller.withLock { canceller in
            canceller?.cancel()
            return canceller != nil
        }
    }

    /// Names the session whose statement is to be cancelled; `nil` for none any more.
    func watch(_ session: PostgresSession?) {
        let next = session?.canceller
        canceller.withLock { $0 = next }
    }
}
