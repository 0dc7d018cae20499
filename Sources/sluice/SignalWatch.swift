import Dispatch
import Foundation
import Glibc
import ReleaseCore

/// Turns SIGINT, SIGTERM and the SIGHUP of a lost terminal into a polite stop; a second one
/// stops waiting.
final class SignalWatch {
    private let sources: [any DispatchSourceSignal]

    init(_ interrupt: Interrupt, _ console: Console) {
        sources = [SIGINT, SIGTERM, SIGHUP].compactMap { number in
            let earlier = signal(number, SIG_IGN)
            // Under nohup the run is meant to outlive its terminal.
            if number == SIGHUP, Self.isIgnored(earlier) { return nil }
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if interrupt.isRaised {
                    console.error(
                        "stopped waiting: the server may still be at work; the next run finds out how far it came."
                    )
                    _exit(130)
                }
                console.error(
                    "stopping: what is at work is cancelled and rolled back; once more to stop waiting."
                )
                interrupt.raise()
            }
            source.resume()
            return source
        }
    }

    private static func isIgnored(_ handler: __sighandler_t?) -> Bool {
        unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    deinit {
        // The signals stay ignored: what comes now, between the verdict and the
        // exit, must not turn a success into a failure.
        for source in sources { source.cancel() }
    }
}
