import Glibc

/// Feeds and drains a child's pipes without waiting for either side.
struct ProcessPipes {
    private var input: Int32
    private var output: Int32
    private var errors: Int32
    private var stdin: ArraySlice<UInt8>
    private let limit: Int
    /// Whether the end of stdout is kept instead of its beginning.
    private let keepsTail: Bool
    private(set) var stdout: [UInt8] = []
    private(set) var stderr: [UInt8] = []
    /// Whether stdout was longer than what is kept.
    private(set) var isCut = false

    init(
        input: Int32, output: Int32, errors: Int32, stdin: [UInt8], limit: Int, keepsTail: Bool
    ) {
        self.input = input
        self.output = output
        self.errors = errors
        self.stdin = stdin[...]
        self.limit = limit
        self.keepsTail = keepsTail
        for descriptor in [input, output, errors] {
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        }
        if stdin.isEmpty { closeInput() }
    }

    /// Moves what can be moved; waits up to so many milliseconds for something.
    mutating func exchange(waiting milliseconds: Int32) {
        var set = [
            pollfd(fd: output, events: Int16(POLLIN), revents: 0),
            pollfd(fd: errors, events: Int16(POLLIN), revents: 0),
            pollfd(fd: input, events: Int16(POLLOUT), revents: 0),
        ]
        guard poll(&set, nfds_t(set.count), milliseconds) > 0 else { return }
        if set[2].revents != 0 { feed() }
        if set[0].revents != 0 { readOutput() }
        if set[1].revents != 0 { readErrors() }
    }

    /// Takes what is left when the child has ended.
    mutating func drain() {
        readOutput()
        readErrors()
    }

    mutating func close() {
        closeInput()
        for descriptor in [output, errors] where descriptor >= 0 { _ = Glibc.close(descriptor) }
        output = -1
        errors = -1
    }

    private mutating func closeInput() {
        if input >= 0 { _ = Glibc.close(input) }
        input = -1
    }

    private mutating func feed() {
        let count = stdin.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
        if count > 0 { stdin = stdin.dropFirst(count) }
        // A reader that has gone wants no more.
        let isOver = count < 0 && errno != EAGAIN && errno != EINTR
        if isOver || stdin.isEmpty { closeInput() }
    }

    private mutating func readOutput() {
        while let part = Self.read(&output) {
            stdout += part
            guard stdout.count > limit else { continue }
            isCut = true
            guard keepsTail else {
                stdout.removeLast(stdout.count - limit)
                return
            }
            stdout.removeFirst(stdout.count - limit)
        }
    }

    private mutating func readErrors() {
        while let part = Self.read(&errors) {
            stderr += part
            if stderr.count > limit { stderr.removeFirst(stderr.count - limit) }
        }
    }

    /// The next bytes; `nil` when there are none now. At the end the descriptor
    /// is closed, so that it is not asked again.
    private static func read(_ descriptor: inout Int32) -> ArraySlice<UInt8>? {
        guard descriptor >= 0 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        if count > 0 { return buffer[..<count] }
        if count == 0 || errno != EAGAIN && errno != EINTR {
            _ = Glibc.close(descriptor)
            descriptor = -1
        }
        return nil
    }
}
