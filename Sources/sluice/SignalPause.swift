import Dispatch
import Foundation

/// Waits for SIGINT or SIGTERM.
enum SignalPause {
    static func untilInterrupted() {
        let done = DispatchSemaphore(value: 0)
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { done.signal() }
            source.resume()
            return source
        }
        done.wait()
        for source in sources { source.cancel() }
    }
}
