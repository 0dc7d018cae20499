/// The options of every private server.
enum ServerOptions {
    static let superuser = "sluice"
    static let port = 5432

    /// UTF-8 and the order of code points (`C.UTF-8`, part of every Debian):
    /// the same on all machines, and unlike `C` it knows the case of letters
    /// outside ASCII. Authentication is the socket directory's mode 0700.
    static func initdb(_ installation: ServerInstallation) -> [String] {
        let common = [
            "--username=\(superuser)", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
            "--lc-messages=C", "--no-sync",
        ]
        return installation.version >= 14 ? common + ["--no-instructions"] : common
    }

    /// Nothing here survives a crash of the machine, and nothing needs to: data
    /// that must not be lost do not belong in a sandbox. What migrations can
    /// observe (`wal_level`, time zone, lock table) is as production has it or
    /// roomier.
    static func postgres(sockets: String, isEphemeral: Bool) -> [String] {
        [
            "listen_addresses=", "unix_socket_directories=\(sockets)", "port=\(port)",
            "unix_socket_permissions=0700", "fsync=off", "full_page_writes=off",
            "synchronous_commit=off", "wal_level=logical", "max_wal_size=4GB",
            "shared_buffers=64MB", "max_connections=300", "max_locks_per_transaction=256",
            "autovacuum=\(isEphemeral ? "off" : "on")", "jit=off", "timezone=UTC",
            "log_timezone=UTC", "logging_collector=off", "log_min_messages=warning",
        ].flatMap { ["-c", $0] }
    }
}
