import Dispatch
import Foundation
import ReleaseCore

/// Turns SIGINT and SIGTERM into a polite stop; a second one stops waiting.
final class SignalWatch {
    private let sources: [any DispatchSourceSignal]

    init(_ interrupt: Interrupt, _ console: Console) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if interrupt.isRaised { _exit(130) }
                console.error(
                    "stopping: cancelling the running statement; once more to stop waiting.")
                interrupt.raise()
            }
            source.resume()
            return source
        }
    }

    deinit {
        // The signals stay ignored: what comes now, between the verdict and the
        // exit, must not turn a success into a failure.
        for source in sources { source.cancel() }
    }
}
