import Glibc

/// The directory of one cluster and what is in it.
///
/// `lock` serialises attaching and starting, `users` counts the users, `keeper`
/// is locked while a keeper lives; `data` is PostgreSQL's. The directory belongs
/// to whoever made it; only `data` and the sockets belong to the account of the
/// server, so that nothing root reads or removes can be redirected by it.
struct ClusterDirectory: Sendable {
    /// Absolute and free of symbolic links, so that it compares with `/proc`.
    let path: String

    var lock: String { "\(path)/lock" }
    var users: String { "\(path)/users" }
    var keeper: String { "\(path)/keeper" }
    var data: String { "\(path)/data" }
    var tablespaces: String { "\(path)/tablespaces" }
    var socketRecord: String { "\(path)/socket-directory" }

    /// The first part of the names of ephemeral clusters.
    static let ephemeralPrefix = "sluice-pg-"

    /// What a directory holds when it is, or is becoming, a cluster.
    private static let ownNames: Set<String> = [
        "lock", "users", "keeper", "keeper.log", "data", "data.new", "initdb.log", "postgres.log",
        "socket", "socket-directory", "tablespaces",
    ]

    /// A new, empty directory below `base`.
    ///
    /// - Throws: ``SandboxError`` `directoryUnusable`.
    static func makeEphemeral(in base: String) throws(SandboxError) -> ClusterDirectory {
        let path = try makeUniqueDirectory("\(base)/\(ephemeralPrefix)XXXXXX")
        return ClusterDirectory(path: try realPath(path))
    }

    /// The directory of a kept cluster; it and its parents are made when absent.
    ///
    /// - Returns: the directory, and whether it was made here.
    /// - Throws: ``SandboxError`` `directoryUnusable` or `notOurs`.
    static func makeKept(
        at path: String
    ) throws(SandboxError) -> (directory: ClusterDirectory, isNew: Bool) {
        guard path.hasPrefix("/") else {
            throw SandboxError(
                .directoryUnusable, "The sandbox directory \(path) is not an absolute path.")
        }
        let isNew = try makeDirectories(path)
        let directory = ClusterDirectory(path: try realPath(path))
        let foreign = directoryEntries(of: directory.path).first { !ownNames.contains($0) }
        if let foreign {
            throw SandboxError(
                .notOurs,
                "The directory \(path) holds \(foreign), which is not part of a sandbox. "
                    + "Choose an empty directory for the sandbox.")
        }
        return (directory, isNew)
    }

    /// Creates what attaching needs: access rights and the three lock files.
    /// Waits while another process attaches.
    ///
    /// The exclusive lock on `lock` is held when the others appear, so that
    /// ``LeftoverClusters`` never takes a directory in the making for a dead one.
    ///
    /// - Returns: the lock, held.
    /// - Throws: ``SandboxError`` `directoryUnusable`.
    func prepare() throws(SandboxError) -> FileLock {
        let held = try lockWhilePresent()
        // Execute permission alone lets the server's account pass through.
        if geteuid() == 0 { chmod(path, 0o711) }
        for file in [users, keeper] where access(file, F_OK) != 0 { try createFile(file) }
        return held
    }

    /// The account that owns the directory, when root works for another one.
    func foreignOwner() -> ServerAccount? {
        var status = stat()
        guard geteuid() == 0, lstat(path, &status) == 0, status.st_uid != 0 else { return nil }
        return ServerAccount(owning: status)
    }

    /// The account the data belong to already.
    func dataOwner() -> ServerAccount? {
        var status = stat()
        guard lstat(data, &status) == 0, status.st_uid != 0 else { return nil }
        return ServerAccount(owning: status)
    }

    /// The major version that made the data; `nil` when there are none yet.
    func dataVersion() -> Int? {
        textFile("\(data)/PG_VERSION").flatMap { ServerInstallation.majorVersion(in: $0) }
    }

    /// Whether a server runs here, or ended without clearing up.
    var holdsServerMark: Bool { access("\(data)/postmaster.pid", F_OK) == 0 }

    /// The end of what the keeper, `initdb` and `postgres` wrote.
    func logTail(lines: Int = 20) -> String {
        let text = ["keeper.log", "initdb.log", "postgres.log"].flatMap { name in
            let all = (textFile("\(path)/\(name)") ?? "").split(separator: "\n")
            return all.suffix(lines).map { "  \(name): \($0)" }
        }
        return text.joined(separator: "\n")
    }

    /// The directory vanishes under a waiting process when the one before it
    /// could not start a new cluster and removed it; then it is made again.
    private func lockWhilePresent() throws(SandboxError) -> FileLock {
        while true {
            _ = try makeDirectories(path)
            try createFile(lock)
            let held = try FileLock(opening: lock)
            held.take(.exclusive)
            if held.isStill(at: lock) { return held }
        }
    }

    /// Removes the directory with all that is in it.
    func remove() {
        let sockets = SocketDirectory.find(for: self)
        if !sockets.hasPrefix(path) {
            _ = try? ChildProcess("/bin/rm", ["-rf", "--", sockets]).run()
        }
        _ = try? ChildProcess("/bin/rm", ["-rf", "--", path]).run()
    }

    private func createFile(_ file: String) throws(SandboxError) {
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw SandboxError(
                .directoryUnusable,
                "The sandbox directory \(path) cannot be used: \(systemErrorText()).")
        }
        defer { close(descriptor) }
        if let owner = foreignOwner() { _ = fchown(descriptor, owner.user, owner.group) }
    }
}
