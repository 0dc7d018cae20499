/// A place among the users of a cluster; the server runs while it is held.
struct Membership: ~Copyable {
    fileprivate let users: FileLock
}

/// How a process becomes a user of a cluster.
///
/// All of it happens under the cluster's `lock`, so that of several processes
/// exactly one starts the server and the others find it started. If that one
/// dies half-way, the next goes on where it stopped.
struct Joining {
    let directory: ClusterDirectory
    let installation: ServerInstallation
    let isEphemeral: Bool
    let linger: Int

    /// Becomes a user; starts the server when it is not running.
    ///
    /// - Parameter removing: whether a failure removes the directory, because
    ///   it was made for this.
    /// - Returns: the place, given up when it is destroyed.
    /// - Throws: ``SandboxError``.
    func join(removingOnFailure removing: Bool) throws(SandboxError) -> Membership {
        let lock = try directory.prepare()
        do {
            let users = try FileLock(opening: directory.users)
            try enter(users)
            lock.release()
            return Membership(users: users)
        } catch {
            // Here this process is no user any more: a keeper that still runs
            // stops. Its end is waited for, so that it does not meet the next.
            if let keeper = try? FileLock(opening: directory.keeper) {
                _ = poll(atMost: 20) { keeper.tryTake(.exclusive) }
            }
            if removing { directory.remove() }
            lock.release()
            throw error
        }
    }

    /// Takes a place among the users of a server that answers.
    private func enter(_ users: borrowing FileLock) throws(SandboxError) {
        let keeper = Keeper(
            cluster: directory, installation: installation, isEphemeral: isEphemeral,
            linger: linger)
        for _ in 1...3 {
            try waitOutStop(users)
            let started = try startIfAlone(keeper)
            if try keeper.waitUntilReady() { return }
            if started { break }
            // Somebody else's keeper, whose server has just failed: once more.
        }
        throw keeper.failure("The sandbox server in \(directory.path) did not start.")
    }

    /// Starts the keeper unless one lives.
    ///
    /// The lock file is closed on return: from then on the keeper alone holds
    /// the lock.
    private func startIfAlone(_ keeper: Keeper) throws(SandboxError) -> Bool {
        let lock = try FileLock(opening: directory.keeper)
        guard lock.tryTake(.exclusive) else { return false }
        if directory.holdsServerMark { try LeftoverProcesses(cluster: directory).stop() }
        try keeper.start(handingOver: lock)
        return true
    }

    /// Takes the shared lock on `users`. A keeper that is about to stop its
    /// server holds the exclusive one until it has ended; one that lingers has
    /// it for a moment, after the last user, and stays.
    private func waitOutStop(_ users: borrowing FileLock) throws(SandboxError) {
        if users.tryTake(.shared) { return }
        let keeper = try FileLock(opening: directory.keeper)
        var isUser = false
        let inTime = poll(atMost: Keeper.patience) {
            isUser = users.tryTake(.shared)
            return isUser || keeper.tryTake(.exclusive)
        }
        guard inTime else {
            throw SandboxError(
                .startFailed,
                "The server of the sandbox in \(directory.path) has been stopping for "
                    + "\(Int(Keeper.patience)) seconds.", log: directory.logTail())
        }
        // Without a keeper only what a killed one left behind can hold `users`.
        if !isUser, !users.tryTake(.shared) {
            try LeftoverProcesses(cluster: directory).stop()
            users.take(.shared)
        }
    }
}
