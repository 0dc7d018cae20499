import Glibc

/// The directory of a cluster's socket: private to the server's account.
///
/// It is inside the cluster's directory where that path can hold a socket, so
/// that addresses stay the same over restarts; otherwise a short one beside the
/// temporary files, remembered in the cluster's directory.
enum SocketDirectory {
    /// A socket's whole path has at most this many bytes (unix(7): `sun_path`
    /// is 108 with its final zero).
    static let longestPath = 107
    static let socketName = "/.s.PGSQL.5432"

    /// Makes the directory, or finds it made.
    ///
    /// - Throws: ``SandboxError`` `directoryUnusable`.
    static func make(
        for cluster: ClusterDirectory, owner: ServerAccount?
    ) throws(SandboxError) -> String {
        let inside = "\(cluster.path)/socket"
        let path: String
        if canHoldSocket(inside) {
            path = inside
            guard mkdir(path, 0o700) == 0 || isPrivate(path, of: owner) else {
                throw unusable(path)
            }
        } else {
            path = try makeShort(rememberedIn: cluster.socketRecord, owner: owner)
        }
        if let owner, lchown(path, owner.user, owner.group) != 0 { throw unusable(path) }
        return path
    }

    /// Where ``make(for:owner:)`` put it.
    static func find(for cluster: ClusterDirectory) -> String {
        let inside = "\(cluster.path)/socket"
        if canHoldSocket(inside) { return inside }
        return textFile(cluster.socketRecord) ?? inside
    }

    /// Besides its length, a path may hold nothing that the list syntax of
    /// `unix_socket_directories` or of libpq's `host` gives a meaning to.
    static func canHoldSocket(_ path: String) -> Bool {
        guard path.utf8.count + socketName.utf8.count <= longestPath else { return false }
        return path.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default:
                "/._-+".utf8.contains(byte)
            }
        }
    }

    private static func makeShort(
        rememberedIn record: String, owner: ServerAccount?
    ) throws(SandboxError) -> String {
        if let known = textFile(record), canHoldSocket(known),
            mkdir(known, 0o700) == 0 || isPrivate(known, of: owner)
        {
            return known
        }
        let base = temporaryFolders.first { access($0, W_OK | X_OK) == 0 }
        let path = try makeUniqueDirectory("\(base ?? "/tmp")/sluice-XXXXXX")
        unlink(record)
        let descriptor = open(record, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            rmdir(path)
            throw unusable(record)
        }
        defer { close(descriptor) }
        guard write(descriptor, path, path.utf8.count) == path.utf8.count else {
            rmdir(path)
            throw unusable(record)
        }
        return path
    }

    /// A real directory that nobody but the server's account and root can enter.
    private static func isPrivate(_ path: String, of owner: ServerAccount?) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return false }
        let isOurs = status.st_uid == geteuid() || status.st_uid == owner?.user
        return isOurs && status.st_mode & 0o077 == 0
    }

    private static func unusable(_ path: String) -> SandboxError {
        SandboxError(
            .directoryUnusable,
            "\(path) cannot be made or written for the server's socket: \(systemErrorText()).")
    }
}
