import Glibc
import ReleaseCore
import Sandbox

/// `sluice watch --once ENV` in a session of its own, so that neither the end of
/// the push nor the pusher's terminal ends it.
struct BackgroundDeployment {
    var repository: String
    var environment: String
    /// The commit whose configuration names the environment.
    var revision: String
    var log: DeploymentLog
    /// How long it goes on with what waiting may mend, such as a server that is
    /// down, unless `git config sluice.wait` says otherwise. A watcher does it later
    /// than that.
    static let patience = "15m"
    var wait = patience

    /// Variables by which Git tells a hook about the push; the deployment is no
    /// part of it.
    private static let gitVariables: Set<String> = [
        "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_QUARANTINE_PATH",
        "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_PUSH_OPTION_COUNT",
    ]

    /// Starts it and does not wait for it.
    func start() throws {
        let variables = ProcessContext.current.variables.filter {
            !Self.gitVariables.contains($0.key)
        }
        var process = ChildProcess(
            try Self.thisProgram(),
            [
                "watch", "--once", "--wait", wait, "--repo", repository,
                "--configuration-at", revision, "--color", "never", environment,
            ], environment: variables)
        process.descriptors = [1: log.descriptor, 2: log.descriptor]
        process.leadsSession = true
        _ = try process.start()
    }

    private static func thisProgram() throws -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else {
            throw ReleaseError(.failed, "this program cannot be found in /proc/self/exe.")
        }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Where a background deployment writes what it would say on a terminal.
final class DeploymentLog {
    let path: String
    let descriptor: Int32
    /// A log of this size is kept aside and a new one begun.
    private static let longest = 1 << 20

    init(_ gitDirectory: String, environment: String) throws {
        let folder = "\(gitDirectory)sluice"
        mkdir(folder, 0o777)
        let name = environment.map { $0.isLetter || $0.isNumber || $0 == "-" ? $0 : "_" }
        path = "\(folder)/\(String(name)).log"
        var status = stat()
        if stat(path, &status) == 0, status.st_size > Self.longest { rename(path, "\(path).1") }
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw ReleaseError(
                .failed, "the log \(path) cannot be written: \(String(cString: strerror(errno))).")
        }
    }

    deinit {
        close(descriptor)
    }
}
