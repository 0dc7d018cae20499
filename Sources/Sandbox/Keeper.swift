import Glibc

/// Starts the keeper of a cluster and waits until its server answers.
struct Keeper {
    let cluster: ClusterDirectory
    let installation: ServerInstallation
    let isEphemeral: Bool
    /// Seconds the server stays after its last user.
    let linger: Int

    /// How long `initdb` and the server's start may take, in seconds.
    static let patience = 120.0

    /// Starts it; `lock`, the file `keeper`, is handed over with its lock.
    ///
    /// - Throws: ``SandboxError`` when accounts, programs or directories are
    ///   missing. What the keeper itself meets is told by `waitUntilReady`.
    func start(handingOver lock: borrowing FileLock) throws(SandboxError) {
        let server = try accountOfServer()
        let sockets = try SocketDirectory.make(for: cluster, owner: server)
        let log = try openLog()
        defer { close(log) }
        let script = try makePipe()
        defer { close(script.reading) }
        // The text is smaller than a pipe's buffer, so that this never waits.
        let text = KeeperScript.text
        let written = write(script.writing, text, text.utf8.count)
        close(script.writing)
        guard written == text.utf8.count else {
            throw SandboxError(.startFailed, "The keeper cannot be started: \(systemErrorText()).")
        }

        let setsid = try Programs.require("setsid", package: "util-linux")
        _ = try Programs.require("flock", package: "util-linux")
        let prefix = try commandPrefix()
        let command = prefix + [setsid, "--fork", "/bin/sh", "-s"]
        let words = try arguments(server: server, sockets: sockets)
        var launch = ChildProcess(
            command[0], Array(command.dropFirst()) + words,
            environment: Programs.environment)
        launch.descriptors = [0: script.reading, 1: log, 2: log, 9: lock.descriptor]
        let status = try launch.run()
        guard status == 0 else { throw failure("The keeper cannot be started.") }
    }

    /// Waits until the server takes connections.
    ///
    /// The caller holds the cluster's `lock` and a place among its users.
    ///
    /// - Returns: `false` when the keeper has ended instead.
    /// - Throws: ``SandboxError`` `startFailed` when it takes too long.
    func waitUntilReady() throws(SandboxError) -> Bool {
        let lock = try FileLock(opening: cluster.keeper)
        var ended = false
        let inTime = poll(atMost: Self.patience) {
            ended = lock.tryTake(.exclusive)
            return ended || isReady()
        }
        if inTime { return !ended }
        throw failure(
            "The sandbox server in \(cluster.path) was not ready within "
                + "\(Int(Self.patience)) seconds.")
    }

    /// The eighth line of `postmaster.pid` tells (PostgreSQL's `pidfile.h`,
    /// the mark `pg_ctl --wait` looks for).
    private func isReady() -> Bool {
        let lines = (textFile("\(cluster.data)/postmaster.pid") ?? "")
            .split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > 7, let process = pid_t(lines[0]) else { return false }
        return lines[7].hasPrefix("ready") && (kill(process, 0) == 0 || errno == EPERM)
            && !isDefunct(process)
    }

    /// A crashed server that its keeper has not noticed yet still has a process number.
    private func isDefunct(_ process: pid_t) -> Bool {
        let status = textFile("/proc/\(process)/stat") ?? ""
        return status.split(separator: ")").last?.hasPrefix(" Z") ?? false
    }

    /// Root's keeper puts the server under another account; other people's
    /// keepers run it as themselves.
    private func accountOfServer() throws(SandboxError) -> ServerAccount? {
        guard geteuid() == 0 else { return nil }
        if let known = cluster.foreignOwner() ?? cluster.dataOwner() { return known }
        return try .forRoot()
    }

    /// Root does not run programs in a directory that another account can
    /// change: there the keeper itself runs under that account.
    private func commandPrefix() throws(SandboxError) -> [String] {
        guard let owner = cluster.foreignOwner() else { return [] }
        return try owner.commandPrefix()
    }

    private func arguments(
        server: ServerAccount?, sockets: String
    ) throws(SandboxError) -> [String] {
        let drops = server != nil && cluster.foreignOwner() == nil
        let drop = drops ? try server?.commandPrefix().joined(separator: " ") : nil
        let owner = drops ? server.map { "\($0.user):\($0.group)" } : nil
        return [
            KeeperScript.marker, cluster.path, installation.bindir,
            isEphemeral ? "ephemeral" : "kept", sockets, "\(linger)", owner ?? "", drop ?? "",
        ] + ServerOptions.initdb(installation) + ["--"]
            + ServerOptions.postgres(sockets: sockets, isEphemeral: isEphemeral)
    }

    private func openLog() throws(SandboxError) -> Int32 {
        try replaceFile(
            "\(cluster.path)/keeper.log", flags: O_APPEND, owner: cluster.foreignOwner())
    }

    /// What went wrong with the ends of all logs and what to do about it.
    func failure(_ sentence: String) -> SandboxError {
        let log = cluster.logTail()
        var advice = "The server's programs are those of \(installation.bindir)."
        if log.contains("No space left on device") {
            advice = "The disk is full: make room, or choose another folder with TMPDIR."
        } else if log.contains("cannot reach") {
            advice =
                "Choose a directory that every account can enter, such as one below /tmp "
                + "or /var/lib; root's home is not one."
        }
        return SandboxError(.startFailed, "\(sentence) \(advice)", log: log)
    }
}
