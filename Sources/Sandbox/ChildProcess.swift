package import Glibc
import Synchronization

/// Starts a program with exactly the descriptors it is meant to have.
package struct ChildProcess {
    /// Absolute path of the program.
    package var executable: String
    package var arguments: [String]
    package var environment: [String: String]
    /// Where the program starts; `nil` keeps the caller's directory.
    package var directory: String?
    /// Descriptors of the child, each with the caller's descriptor it copies.
    /// Standard ones that are not named are `/dev/null`.
    package var descriptors: [Int32: Int32] = [:]
    /// Whether it leads a process group of its own, which can then be ended with
    /// everything it has started.
    package var leadsGroup = false

    /// Whether it leads a session of its own, out of reach of the terminal and of
    /// whoever waits for this process's group.
    package var leadsSession = false

    package init(
        _ executable: String, _ arguments: [String], environment: [String: String] = [:],
        directory: String? = nil
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
    }

    /// Starts it, in the caller's session unless it is to lead one, with default signal handling.
    ///
    /// - Returns: the process id; the caller has to `waitpid` for it.
    /// - Throws: ``SandboxError`` `programMissing` with the system's reason.
    package func start() throws(SandboxError) -> pid_t {
        try spawning.withLock { (_: inout Void) throws(SandboxError) -> pid_t in try spawn() }
    }

    private func spawn() throws(SandboxError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        arrangeDescriptors(&actions)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        resetSignals(&attributes)

        // env(1) changes the directory and becomes the program: glibc's own
        // action for it is not visible to Swift.
        let chain = directory.map { ["/usr/bin/env", "--chdir=\($0)"] } ?? []
        let words = chain + [executable] + arguments
        let program = words[0]
        var process: pid_t = 0
        let status = withCStrings(words) { words in
            withCStrings(environment.map { "\($0.key)=\($0.value)" }) { variables in
                posix_spawn(&process, program, &actions, &attributes, words, variables)
            }
        }
        guard status == 0 else {
            throw SandboxError(
                .programMissing, "\(executable) cannot be started: \(systemErrorText(status)).")
        }
        return process
    }

    /// Starts it and waits for its end.
    ///
    /// - Returns: the exit status; 128 + N when signal N ended it.
    package func run() throws(SandboxError) -> Int32 {
        Self.wait(for: try start())
    }

    /// Waits for a process started here.
    package static func wait(for process: pid_t) -> Int32 {
        var status: Int32 = 0
        guard retryingInterrupts({ waitpid(process, &status, 0) }) == process else { return 127 }
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }

    /// Only what is named in `descriptors` reaches the child: a pipe of the
    /// caller that leaked into a server would keep its reader waiting.
    private func arrangeDescriptors(_ actions: inout posix_spawn_file_actions_t) {
        for standard: Int32 in 0...2 where descriptors[standard] == nil {
            posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", O_RDWR, 0)
        }
        for (target, source) in descriptors.sorted(by: { $0.key < $1.key }) {
            posix_spawn_file_actions_adddup2(&actions, source, target)
        }
        for inherited in inheritableDescriptors() where descriptors[inherited] == nil {
            posix_spawn_file_actions_addclose(&actions, inherited)
        }
    }

    private func inheritableDescriptors() -> [Int32] {
        directoryEntries(of: "/proc/self/fd").compactMap { Int32($0) }.filter {
            $0 > 2 && fcntl($0, F_GETFD) & FD_CLOEXEC == 0
        }
    }

    private func resetSignals(_ attributes: inout posix_spawnattr_t) {
        var every = sigset_t()
        sigfillset(&every)
        posix_spawnattr_setsigdefault(&attributes, &every)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        // Group 0: the one that has the child's own number.
        posix_spawnattr_setpgroup(&attributes, 0)
        let group = leadsGroup ? POSIX_SPAWN_SETPGROUP : 0
        // POSIX_SPAWN_SETSID of spawn.h, which Swift does not see.
        let session: Int32 = leadsSession ? 0x80 : 0
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | group | session))
    }
}

/// Held while a pipe is made and while a program starts, so that no program
/// inherits a pipe between its creation and its close-on-exec mark.
private let spawning = Mutex(())

/// A pipe whose ends no child process inherits by itself.
///
/// - Throws: ``SandboxError`` `programMissing` when descriptors have run out.
package func makePipe() throws(SandboxError) -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    let made = spawning.withLock { _ in
        guard pipe(&ends) == 0 else { return false }
        return ends.allSatisfy { fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }
    }
    guard made else {
        throw SandboxError(.programMissing, "No pipe can be made: \(systemErrorText()).")
    }
    return (ends[0], ends[1])
}

/// A null-terminated C array of strings for the length of a call.
private func withCStrings<T>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> T
) -> T {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return body(copies + [nil])
}

/// Names in a directory without `.` and `..`; empty when it cannot be read.
func directoryEntries(of path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { names.append(name) }
    }
    return names
}
