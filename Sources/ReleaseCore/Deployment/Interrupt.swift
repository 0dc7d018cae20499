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
    /// The sessions of smoke checks, which run side by side.
    private let others = Mutex<[ObjectIdentifier: PostgresCanceller]>([:])

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
        let hasOthers = others.withLock { others in
            for canceller in others.values { canceller.cancel() }
            return !others.isEmpty
        }
        return canceller.withLock { canceller in
            canceller?.cancel()
            return canceller != nil || hasOthers
        }
    }

    /// Names the session whose statement is to be cancelled; `nil` for none any more.
    func watch(_ session: PostgresSession?) {
        let next = session?.canceller
        canceller.withLock { $0 = next }
    }

    /// Runs `body`; what runs on the session meanwhile is cancelled with the rest.
    func watching<T>(_ session: PostgresSession, _ body: () throws -> T) rethrows -> T {
        guard let canceller = session.canceller else { return try body() }
        others.withLock { $0[ObjectIdentifier(canceller)] = canceller }
        defer { _ = others.withLock { $0.removeValue(forKey: ObjectIdentifier(canceller)) } }
        return try body()
    }

    /// Waits; ends early when somebody asks to stop.
    ///
    /// - Returns: whether the whole time went by.
    func pause(_ duration: Duration) -> Bool {
        let deadline = ContinuousClock.now + duration
        while !isRaised {
            let left = deadline - ContinuousClock.now
            guard left > .zero else { return true }
            usleep(UInt32(clamping: min(50, max(1, left.milliseconds)) * 1000))
        }
        return false
    }
}
