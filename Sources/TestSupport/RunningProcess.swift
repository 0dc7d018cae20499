import Foundation
public import Glibc
import Sandbox
import Synchronization

/// A program started by ``ProcessRunner``.
///
/// A thread of its own feeds and drains the pipes, so that neither side waits
/// for the other, and collects the end of the process.
public final class RunningProcess: Sendable {
    /// The process id, valid until ``wait()`` has returned.
    public let pid: pid_t

    private let ending: Task<ProcessRunner.Output, any Error>
    private let received: Received

    init(
        executable: String, arguments: [String], environment: [String: String],
        directory: String?, stdin: [UInt8], timeout: Double
    ) throws {
        let input = try makePipe()
        let output = try makePipe()
        let errors = try makePipe()
        var command = ChildProcess(
            executable, arguments, environment: environment, directory: directory)
        command.descriptors = [0: input.reading, 1: output.writing, 2: errors.writing]
        defer { for end in [input.reading, output.writing, errors.writing] { close(end) } }
        do {
            pid = try command.start()
        } catch {
            for end in [input.writing, output.reading, errors.reading] { close(end) }
            throw ProcessRunner.Failure(description: "\(error)")
        }
        received = Received()
        let conversation = ProcessConversation(
            process: pid, input: input.writing, output: output.reading, errors: errors.reading,
            stdin: stdin, timeout: timeout, received: received)
        ending = Task.detached { try await onOwnThread { conversation.run() } }
    }

    /// Waits for its end and returns all it wrote.
    public func wait() async throws -> ProcessRunner.Output {
        try await ending.value
    }

    /// Sends a signal; SIGKILL when none is named.
    public func kill(_ signal: Int32 = SIGKILL) {
        received.withLock { state in
            // After its end the number may belong to another process.
            if !state.ended { _ = Glibc.kill(pid, signal) }
        }
    }

    /// Waits until the standard output so far satisfies a condition.
    ///
    /// - Returns: the output then; `nil` when the program ended, or `seconds`
    ///   went by, without it.
    public func waitForOutput(
        atMost seconds: Double = 30, _ condition: @Sendable (String) -> Bool
    ) async throws -> String? {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            let (text, ended) = received.withLock {
                (String(decoding: $0.stdout, as: UTF8.self), $0.ended)
            }
            if condition(text) { return text }
            if ended || ContinuousClock.now > deadline { return nil }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

/// What has arrived so far, shared between a process's thread and the test.
final class Received: Sendable {
    struct State {
        var stdout: [UInt8] = []
        var stderr: [UInt8] = []
        var ended = false
    }

    private let state = Mutex(State())

    func withLock<Result: Sendable>(_ body: (inout sending State) -> sending Result) -> Result {
        state.withLock(body)
    }
}
