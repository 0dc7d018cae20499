import Foundation
import Glibc
public import Sandbox

/// A PgBouncer in front of a private cluster, reached through a socket of its own.
public final class PgBouncer: Sendable {
    /// Where Debian's package puts the program, which is in no user's PATH.
    public static var program: String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return (folders.map(String.init) + ["/usr/sbin", "/usr/local/sbin"])
            .map { "\($0)/pgbouncer" }.first { access($0, X_OK) == 0 }
    }

    private let directory: String
    private let superuser: String
    private let process: RunningProcess

    /// Starts it and waits until it takes connections.
    ///
    /// - Parameters:
    ///   - cluster: the server behind it.
    ///   - directory: an existing one for its socket and its configuration.
    ///   - mode: `session`, `transaction` or `statement`.
    ///   - poolSize: server connections for each database.
    /// - Returns: the running pooler.
    /// - Throws: ``ProcessRunner/Failure`` when it does not start.
    public static func start(
        before cluster: SandboxCluster, in directory: String, mode: String, poolSize: Int = 4
    ) async throws -> PgBouncer {
        guard let program else {
            throw ProcessRunner.Failure(description: "pgbouncer is not installed.")
        }
        let configuration = "\(directory)/pgbouncer.ini"
        try """
        [databases]
        * = host=\(cluster.socketDirectory) port=\(cluster.port) user=\(cluster.superuser)
        [pgbouncer]
        listen_addr =
        listen_port = 5432
        unix_socket_dir = \(directory)
        auth_type = any
        pool_mode = \(mode)
        default_pool_size = \(poolSize)
        """.write(toFile: configuration, atomically: true, encoding: .utf8)
        let account = try allow(ownerOf: cluster.socketDirectory, into: directory)
        let process = try ProcessRunner.start(
            program, (account.map { ["-u", $0] } ?? []) + [configuration], timeout: 600)
        let pooler = PgBouncer(directory: directory, cluster.superuser, process)
        try await pooler.waitUntilReady()
        return pooler
    }

    private init(directory: String, _ superuser: String, _ process: RunningProcess) {
        self.directory = directory
        self.superuser = superuser
        self.process = process
    }

    /// The address of a database through it.
    public func url(database: String) -> String {
        "postgresql://\(superuser)@/\(database)?host=\(directory)&port=5432"
    }

    /// Ends it and waits for its end.
    public func stop() async {
        process.kill(SIGTERM)
        _ = try? await process.wait()
    }

    /// It refuses to run as root, and only the server's account can reach the
    /// server's socket.
    private static func allow(ownerOf sockets: String, into directory: String) throws -> String? {
        guard geteuid() == 0 else { return nil }
        var status = stat()
        guard stat(sockets, &status) == 0, let entry = getpwuid(status.st_uid)?.pointee,
            chown(directory, status.st_uid, status.st_gid) == 0
        else { throw ProcessRunner.Failure(description: "\(sockets) has no owner.") }
        chmod("\(directory)/pgbouncer.ini", 0o644)
        return String(cString: entry.pw_name)
    }

    private func waitUntilReady() async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            if let descriptor = UnixSocket.connect(to: directory + UnixSocket.name) {
                close(descriptor)
                return
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        process.kill()
        let output = try await process.wait()
        throw ProcessRunner.Failure(description: "pgbouncer did not start: \(output.stderr)")
    }
}
