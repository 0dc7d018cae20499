import PostgresLink

/// The settings every migration starts with, whatever the one before it did.
struct SessionSettings: Sendable, Hashable {
    /// The `schema` of the connection URL.
    var schema: String?
    var deploy: DeploySettings
    /// What a DBA knows the session by.
    var applicationName: String?
    /// Whether the server ends idle sessions where it is told to (PostgreSQL 14).
    var knowsIdleTimeout = false

    /// Puts the session back to how it was opened. May run inside a transaction,
    /// which `DISCARD ALL` may not; advisory locks stay, since the deployment
    /// holds its own.
    var reset: [String] {
        [
            "RESET SESSION AUTHORIZATION", "RESET ROLE", "RESET ALL", "CLOSE ALL", "UNLISTEN *",
            "DEALLOCATE ALL", "DISCARD TEMP", "DISCARD SEQUENCES",
        ] + setup
    }

    /// Lets records be written in the middle of a stepwise script whatever role it
    /// has taken, without taking the role from what follows: SET LOCAL ends with
    /// the transaction, and the script's own SET comes back (manual, SET).
    ///
    /// The encoding does not last: what this program sends is UTF-8.
    static let asOurselves = [
        "SET LOCAL statement_timeout = 0", "SET LOCAL SESSION AUTHORIZATION DEFAULT",
        "SET LOCAL role TO DEFAULT",
        "SET client_encoding = 'UTF8'",
    ]

    /// The settings themselves.
    ///
    /// Commits do not wait for the disk, except the last one of a deployment
    /// (``durableCommit``). That is safe because a script and its record commit
    /// together: a server crash can take away the newest migrations, but never
    /// a record without its change or the other way round, and the next run
    /// applies them again. What a stepwise script does outside transactions stands in the
    /// same log in the same order, behind the record that it was begun. When the last commit returns, everything before it
    /// is on disk too, since the log is flushed in order (PostgreSQL manual, 30.4).
    var setup: [String] {
        var statements = schema.map { ["SET search_path = \(Quoting.identifier($0))"] } ?? []
        statements.append("SET lock_timeout = \(deploy.lockTimeout.milliseconds)")
        statements.append("SET statement_timeout = \(deploy.statementTimeout.milliseconds)")
        statements.append("SET synchronous_commit = off")
        // Behind a pooler RESET ALL goes back to what the server's own session began with.
        statements.append("SET client_encoding = 'UTF8'")
        if let applicationName {
            statements.append("SET application_name = \(Quoting.literal(applicationName))")
        }
        // The session waits for locks, for people and for smoke checks.
        if knowsIdleTimeout { statements.append("SET idle_session_timeout = 0") }
        return statements
    }

    /// Makes the transaction it stands in wait for the disk, as the server is
    /// configured to.
    static let durableCommit = "SET LOCAL synchronous_commit TO DEFAULT"
}
