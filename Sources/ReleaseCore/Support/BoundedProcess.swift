import Dispatch
import Glibc
import Sandbox

/// A program run to its end within bounds: so much time, so much output, and
/// nothing of it left running afterwards.
struct BoundedProcess {
    /// Absolute path of the program.
    var executable: String
    var arguments: [String]
    var environment: [String: String]
    /// Where it starts; `nil` for where this program runs.
    var directory: String?
    var stdin: [UInt8] = []
    var timeout: Duration
    /// How many bytes of each output are kept: the first ones of stdout, the
    /// last ones of stderr or of both where ``joinsErrors``.
    var outputLimit = 1 << 16
    /// Whether stderr goes where stdout goes.
    var joinsErrors = false
    /// Whether the program is ended as soon as stdout is longer than the limit.
    var endsAtLimit = false

    /// Whether what leaves the process group is looked for too; a program of sluice's own
    /// choice starts nothing.
    var followsDescendants = true

    /// What it left behind.
    struct Output: Sendable {
        /// The exit status; 128 + N when signal N ended it.
        var status: Int32
        var stdout: [UInt8]
        var stderr: [UInt8]
        /// Whether stdout was longer than what was kept.
        var isCut: Bool
        /// Why it was ended early; `nil` when it ended by itself.
        var endedFor: Reason?
    }

    enum Reason: Sendable {
        case time
        case interrupt
        case output
    }

    /// How long a program may take to end after SIGTERM.
    private static let grace = Duration.milliseconds(500)
    private static let step: Int32 = 20

    /// Blocks until it has ended. Whatever it started is ended with it, also what has
    /// left its process group.
    ///
    /// - Throws: `SandboxError` when it cannot be started.
    func run(_ interrupt: Interrupt) throws -> Output {
        let input = try makePipe()
        let output = try makePipe()
        let errors = try makePipe()
        let marked = MarkedProcesses.make()
        var command = ChildProcess(
            executable, arguments,
            environment: environment.merging([MarkedProcesses.variable: marked.value]) { $1 },
            directory: directory)
        command.descriptors = [
            0: input.reading, 1: output.writing, 2: joinsErrors ? output.writing : errors.writing,
        ]
        command.leadsGroup = true
        let started = Result { try command.start() }
        for end in [input.reading, output.writing, errors.writing] { close(end) }
        var pipes = ProcessPipes(
            input: input.writing, output: output.reading, errors: errors.reading, stdin: stdin,
            limit: outputLimit, keepsTail: joinsErrors)
        defer { pipes.close() }
        let result = follow(try started.get(), &pipes, interrupt)
        if followsDescendants { marked.end() }
        return result
    }

    private func follow(
        _ process: pid_t, _ pipes: inout ProcessPipes, _ interrupt: Interrupt
    ) -> Output {
        let deadline = ContinuousClock.now + timeout
        var reason: Reason?
        while reason == nil {
            pipes.exchange(waiting: Self.step)
            if Self.hasEnded(process) { break }
            if interrupt.isRaised { reason = .interrupt }
            if ContinuousClock.now >= deadline { reason = .time }
            if endsAtLimit, pipes.isCut { reason = .output }
        }
        if reason != nil { end(process, &pipes) }
        // Before the leader is collected, so that its number is still its own.
        kill(-process, SIGKILL)
        let status = ChildProcess.wait(for: process)
        pipes.drain()
        return Output(
            status: status, stdout: pipes.stdout, stderr: pipes.stderr, isCut: pipes.isCut,
            endedFor: reason)
    }

    /// Asks first, so that a program can clean up behind itself.
    private func end(_ process: pid_t, _ pipes: inout ProcessPipes) {
        kill(-process, SIGTERM)
        let deadline = ContinuousClock.now + Self.grace
        while !Self.hasEnded(process), ContinuousClock.now < deadline {
            pipes.exchange(waiting: Self.step)
        }
    }

    /// Whether it has ended, without collecting it.
    private static func hasEnded(_ process: pid_t) -> Bool {
        var information = siginfo_t()
        guard waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT) == 0 else {
            return true
        }
        return information.si_signo != 0
    }
}
