import Glibc

/// Ephemeral clusters whose users and keeper were all killed at once, or that
/// a restart of the machine left behind.
///
/// Every start of an ephemeral cluster clears up what it finds beside it, so
/// that nothing piles up.
enum LeftoverClusters {
    /// Removes those of this user below `folder`; whatever is in use stays.
    static func remove(from folder: String) {
        for name in directoryEntries(of: folder)
        where name.hasPrefix(ClusterDirectory.ephemeralPrefix) {
            let cluster = ClusterDirectory(path: "\(folder)/\(name)")
            if isOurs(cluster.path) { removeIfDead(cluster) }
        }
    }

    private static func isOurs(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            && status.st_uid == geteuid()
    }

    /// Holding all three locks, nobody can be using, starting or stopping it.
    /// A cluster in the making has `lock` held before the others exist.
    private static func removeIfDead(_ cluster: ClusterDirectory) {
        guard let keeper = try? FileLock(opening: cluster.keeper),
            let users = try? FileLock(opening: cluster.users),
            let lock = try? FileLock(opening: cluster.lock)
        else { return }
        if lock.tryTake(.exclusive), users.tryTake(.exclusive), keeper.tryTake(.exclusive) {
            if cluster.holdsServerMark {
                let resolved = (try? realPath(cluster.path)) ?? cluster.path
                guard (try? LeftoverProcesses(cluster: .init(path: resolved)).stop()) != nil
                else { return }
            }
            cluster.remove()
        }
        lock.release()
        users.release()
        keeper.release()
    }
}
