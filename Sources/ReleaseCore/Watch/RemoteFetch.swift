import Foundation
import Synchronization

/// One fetch on a thread of its own: libgit2 cannot be told to give up, so whoever waits must be
/// able to walk away.
final class RemoteFetch: Sendable {
    private let state = Mutex<Result<Void, any Error>?>(nil)
    private let bell = Bell()

    /// Begins at once to bring a mirror up to date.
    init(_ mirror: Mirror) {
        Thread.detachNewThread { [self] in
            let result = Result { try mirror.refresh() }
            state.withLock { $0 = result }
            bell.ring()
        }
    }

    /// What it came to; nil while it runs.
    var result: Result<Void, any Error>? { state.withLock { $0 } }

    /// Waits until it has come back, ``wake()`` is called, or the time is up.
    func wait(atMost duration: Duration) {
        if result == nil { bell.wait(atMost: duration) }
    }

    /// Ends a wait early; the fetch itself goes on.
    func wake() { bell.ring() }
}
