import Dispatch
import Glibc
import ReleaseCore

/// Turns SIGINT and SIGTERM into a polite end of a watcher; a second one stops
/// waiting for it.
final class WatchSignals {
    private let sources: [any DispatchSourceSignal]

    init(_ watcher: Watcher, _ console: Console) {
        let first = Interrupt()
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if first.isRaised { _exit(130) }
                first.raise()
                console.error("stopping: what runs now is cancelled and rolled back.")
                watcher.stop()
            }
            source.resume()
            return source
        }
    }

    deinit {
        for source in sources { source.cancel() }
    }
}
