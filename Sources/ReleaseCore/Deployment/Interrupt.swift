import PostgresLink
import Synchronization

/// Asks a running deployment to stop: raised by a signal handler's thread,
/// seen by the thread that works.
public final class Interrupt: Sendable {
    private struct State {
        var isRaised = false
        var canceller: PostgresCanceller?
    }

    private let state = Mutex(State())

    public init() {}

    /// Whether somebody asked to stop.
    public var isRaised: Bool { state.withLock { $0.isRaised } }

    /// Asks to stop and cancels the statement that runs now.
    public func raise() {
        let canceller = state.withLock { state in
            state.isRaised = true
            return state.canceller
        }
        canceller?.cancel()
    }

    /// Names the session whose statement is to be cancelled.
    func watch(_ session: PostgresSession?) {
        let canceller = session?.canceller
        state.withLock { $0.canceller = canceller }
    }
}
