import Glibc
import Synchronization

/// A private PostgreSQL cluster of this machine, and this process's use of it.
///
/// The server runs while any process uses the cluster. It is reached only
/// through a socket in a directory that nobody else can enter; there is no TCP.
/// The use ends with ``stop()``, with the last reference to this object, or with
/// the process, however it ends.
public final class SandboxCluster: Sendable {
    /// The directory of the socket; libpq's `host`.
    public let socketDirectory: String
    /// The port that names the socket.
    public let port = ServerOptions.port
    /// The superuser's name; it has no password.
    public let superuser = ServerOptions.superuser
    /// The cluster's directory, with its logs.
    public let directory: String
    /// Major version of the server.
    public let version: Int

    private let isEphemeral: Bool
    private let membership: Mutex<Membership?>

    /// Uses the cluster, starting its server when it is not running. Blocks the
    /// calling thread: about 0.1 s for an existing cluster, 0.7 s for a new one.
    ///
    /// - Parameters:
    ///   - lifetime: a new cluster that ends with its use, or a kept one.
    ///   - installation: the server's programs. A kept cluster made by another
    ///     major version uses that version's, when Debian's folder has them.
    ///   - base: the folder for an ephemeral cluster; the folder for temporary
    ///     files when `nil`. Unused for a kept one.
    ///   - linger: seconds the server stays after its last user.
    /// - Returns: the running cluster, in use until ``stop()``.
    /// - Throws: ``SandboxError``. Nothing of a cluster that did not start stays.
    public static func start(
        _ lifetime: Lifetime, installation: ServerInstallation, base: String? = nil,
        linger: Int = 0
    ) throws -> SandboxCluster {
        switch lifetime {
        case .ephemeral:
            let folder = base ?? defaultTemporaryBase()
            LeftoverClusters.remove(from: folder)
            let joining = Joining(
                directory: try .makeEphemeral(in: folder), installation: installation,
                isEphemeral: true, linger: linger)
            return SandboxCluster(joining, membership: try joining.join(removingOnFailure: true))
        case .kept(let path):
            let (directory, isNew) = try ClusterDirectory.makeKept(at: path)
            let joining = Joining(
                directory: directory, installation: try installation.forData(of: directory),
                isEphemeral: false, linger: linger)
            return SandboxCluster(joining, membership: try joining.join(removingOnFailure: isNew))
        }
    }

    private init(_ joining: Joining, membership: consuming Membership) {
        directory = joining.directory.path
        socketDirectory = SocketDirectory.find(for: joining.directory)
        version = joining.installation.version
        isEphemeral = joining.isEphemeral
        self.membership = Mutex(membership)
    }

    /// Gives up the use of the cluster. Without other users its server stops.
    ///
    /// Of an ephemeral cluster nothing is left when this returns, neither
    /// process nor directory; a kept one stops within a moment afterwards.
    public func stop() {
        guard release(), isEphemeral else { return }
        _ = poll(atMost: 20) { access(directory, F_OK) != 0 }
    }

    /// Gives up the use without waiting for what follows.
    ///
    /// - Returns: whether the cluster was in use until now.
    @discardableResult
    func release() -> Bool {
        membership.withLock { $0.take() != nil }
    }

    /// Whether ``stop()`` has been called.
    var isStopped: Bool { membership.withLock { $0 == nil } }

    /// The address of a database, for libpq, psql and `sluice.yml`.
    ///
    /// The port is always named: without it libpq would take `PGPORT`.
    public func url(database: String) -> String {
        let name = PercentEncoding.encode(database)
        let host = PercentEncoding.encode(socketDirectory, keeping: "/")
        return "postgresql://\(superuser)@/\(name)?host=\(host)&port=\(port)"
    }
}
