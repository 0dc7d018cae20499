import Foundation
import Glibc
import Sandbox

/// One process's pipes, driven by `poll` until all are closed and it has ended.
struct ProcessConversation: Sendable {
    let process: pid_t
    let input: Int32
    let output: Int32
    let errors: Int32
    let stdin: [UInt8]
    /// Seconds until SIGKILL.
    let timeout: Double
    let received: Received

    /// A program's own children may keep its pipes open after its end; what
    /// they still write is awaited only this long.
    private static let patienceAfterEnd = Duration.seconds(1)

    /// Blocks until the process has ended.
    func run() -> ProcessRunner.Output {
        var pending = stdin[...]
        var open: Set<Int32> = [input, output, errors]
        var status: Int32?
        var endedAt: ContinuousClock.Instant?
        var timedOut = false
        let deadline = ContinuousClock.now + .seconds(timeout)
        _ = fcntl(input, F_SETFL, O_NONBLOCK)
        if pending.isEmpty { shut(input, &open) }

        while status == nil || !open.isSubset(of: [input]) {
            exchange(&pending, &open)
            if status == nil, let ended = reap() {
                status = ended
                endedAt = .now
            }
            if status == nil, !timedOut, ContinuousClock.now > deadline {
                timedOut = true
                kill(process, SIGKILL)
            }
            if let endedAt, ContinuousClock.now - endedAt > Self.patienceAfterEnd { break }
        }
        for descriptor in open { close(descriptor) }
        return output(status: status ?? 0, timedOut: timedOut)
    }

    /// Waits a moment for any pipe and moves what can be moved.
    private func exchange(_ pending: inout ArraySlice<UInt8>, _ open: inout Set<Int32>) {
        var polled = open.map {
            pollfd(fd: $0, events: Int16($0 == input ? POLLOUT : POLLIN), revents: 0)
        }
        // Without outputs its end is all there is to wait for.
        let milliseconds: Int32 = open.isSubset(of: [input]) ? 1 : 20
        guard poll(&polled, nfds_t(polled.count), milliseconds) > 0 else { return }
        for entry in polled where entry.revents != 0 {
            if entry.fd == input {
                feed(&pending, &open)
            } else {
                drain(entry.fd, &open)
            }
        }
    }

    private func feed(_ pending: inout ArraySlice<UInt8>, _ open: inout Set<Int32>) {
        let count = pending.withUnsafeBytes { send($0) }
        if count > 0 { pending = pending.dropFirst(count) }
        if pending.isEmpty || (count < 0 && errno != EAGAIN && errno != EINTR) {
            shut(input, &open)
        }
    }

    /// Writes without SIGPIPE: a program may end before it has read all.
    private func send(_ bytes: UnsafeRawBufferPointer) -> Int {
        signal(SIGPIPE, SIG_IGN)
        return write(input, bytes.baseAddress, bytes.count)
    }

    private func drain(_ descriptor: Int32, _ open: inout Set<Int32>) {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = read(descriptor, &buffer, buffer.count)
        if count > 0 {
            let isOutput = descriptor == output
            let chunk = buffer[..<count]
            received.withLock { state in
                if isOutput {
                    state.stdout.append(contentsOf: chunk)
                } else {
                    state.stderr.append(contentsOf: chunk)
                }
            }
        } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
            shut(descriptor, &open)
        }
    }

    private func shut(_ descriptor: Int32, _ open: inout Set<Int32>) {
        if open.remove(descriptor) != nil { close(descriptor) }
    }

    /// The wait status once the process has ended. Marked under the lock, so
    /// that no signal is sent to a number that is free again.
    private func reap() -> Int32? {
        received.withLock { state in
            var status: Int32 = 0
            guard waitpid(process, &status, WNOHANG) == process else { return nil }
            state.ended = true
            return status
        }
    }

    private func output(status: Int32, timedOut: Bool) -> ProcessRunner.Output {
        let signal = status & 0x7f
        return received.withLock { state in
            ProcessRunner.Output(
                status: signal == 0 ? (status >> 8) & 0xff : 128 + signal,
                signal: signal == 0 ? nil : signal,
                stdout: String(decoding: state.stdout, as: UTF8.self),
                stderr: String(decoding: state.stderr, as: UTF8.self), timedOut: timedOut)
        }
    }
}
