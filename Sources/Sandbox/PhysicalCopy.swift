import Glibc

/// The directory of a kept cluster whose data come from a physical backup
/// instead of `initdb`.
///
/// Made in three steps: somebody else's program fills ``data``; `postgres` in
/// single-user mode recovers it, which needs no connection and so none of the
/// accounts and settings the original had; then
/// ``SandboxCluster/start(_:installation:base:linger:)`` runs it like any other.
public struct PhysicalCopy: Sendable {
    private let cluster: ClusterDirectory
    /// Words in front of every program that works on the data, where root hands
    /// that to another account.
    public let commandPrefix: [String]

    /// The cluster's directory, for ``Lifetime/kept(at:)``.
    public var directory: String { cluster.path }
    /// The empty folder to be filled; it belongs to the server's account.
    public var data: String { cluster.data }
    /// Where tablespaces are put, so that none goes back to where it came from.
    public var tablespaces: String { cluster.tablespaces }

    /// Makes the directory and the empty folders.
    ///
    /// - Throws: ``SandboxError`` when there is one already, or it cannot be made.
    public static func make(at path: String) throws(SandboxError) -> PhysicalCopy {
        let (cluster, isNew) = try ClusterDirectory.makeKept(at: path)
        guard isNew else {
            throw SandboxError(.notOurs, "The directory \(path) is there already.")
        }
        do {
            return try PhysicalCopy(cluster)
        } catch {
            cluster.remove()
            throw error
        }
    }

    private init(_ cluster: ClusterDirectory) throws(SandboxError) {
        self.cluster = cluster
        var account: ServerAccount?
        if geteuid() == 0 {
            account = cluster.foreignOwner()
            if account == nil { account = try .forRoot() }
        }
        commandPrefix = try account?.commandPrefix() ?? []
        try cluster.prepare().release()
        for folder in [cluster.data, cluster.tablespaces] {
            _ = try makeDirectories(folder)
            if let account { _ = chown(folder, account.user, account.group) }
        }
    }

    /// Replaces the original's settings, which belong to its machine: its files,
    /// its archive, its libraries. Authentication is the socket directory's mode.
    ///
    /// - Throws: ``SandboxError`` `directoryUnusable`.
    public func settle() throws(SandboxError) {
        try replace("postgresql.conf", with: "archive_mode = off\nshared_preload_libraries = ''\n")
        try replace("pg_hba.conf", with: "local all all trust\n")
        try replace("pg_ident.conf", with: "")
    }

    /// The command that recovers the data, with the SQL for its standard input: the
    /// superuser whose name every sandbox has.
    ///
    /// - Throws: ``SandboxError`` where the version that made the data is missing.
    public func recovery(
        _ installation: ServerInstallation
    ) throws(SandboxError) -> (command: [String], input: String) {
        let server = try installation.forData(of: cluster)
        // Limits of the original (max_connections and its like) do not count while
        // nobody can connect.
        let options = ["archive_mode=off", "hot_standby=off", "fsync=off"].flatMap { ["-c", $0] }
        let command = ["\(server.bindir)/postgres", "--single", "-j", "-D", data]
        let name = ServerOptions.superuser
        return (
            commandPrefix + command + options + ["template1"],
            // The first fails where there is one, which does not stop the second.
            "CREATE ROLE \(name);\n\nALTER ROLE \(name) SUPERUSER LOGIN;\n\n"
        )
    }

    /// Whether recovery has come to its end.
    public var isRecovered: Bool {
        ["recovery.signal", "backup_label"].allSatisfy { access("\(data)/\($0)", F_OK) != 0 }
    }

    /// Removes everything.
    public func remove() { cluster.remove() }

    private func replace(_ name: String, with text: String) throws(SandboxError) {
        let path = "\(data)/\(name)"
        let file = try replaceFile(path, owner: cluster.dataOwner())
        defer { close(file) }
        guard write(file, text, text.utf8.count) == text.utf8.count else {
            throw SandboxError(
                .directoryUnusable, "\(path) cannot be written: \(systemErrorText()).")
        }
    }
}
