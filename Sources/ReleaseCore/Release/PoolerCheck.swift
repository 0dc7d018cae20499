import PostgresLink

/// Recognises a pooler that gives every transaction another server session.
///
/// There, advisory locks, SET and everything else that belongs to a session is
/// lost or reaches strangers, so nothing may be written through it.
enum PoolerCheck {
    /// - Throws: ``ReleaseError`` when sessions do not last; `PostgresError`,
    ///   `ConnectionFailure`.
    static func refuseTransactionPooling(
        _ session: PostgresSession, serverProcess: Int?, of environment: String
    ) throws {
        // A pooler invents the process number it tells its clients. Without one
        // in between this costs nothing.
        guard let serverProcess, serverProcess != session.backendProcess else { return }
        let other = try PostgresSession(connecting: session.target, applicationName: "sluice")
        for _ in 1...3 {
            // In session mode the first session keeps its server process, so the
            // second one can never meet it.
            guard try process(of: session) == process(of: other) else { continue }
            throw ReleaseError(
                .usage,
                "the database URL of \(environment) goes through a pooler in transaction mode (such as PgBouncer at \(session.target.server)), where locks and settings do not last from one transaction to the next.",
                state: "nothing was changed.",
                next: [
                    "give \(environment) a direct URL to the PostgreSQL server, or one to a pool in session mode."
                ])
        }
    }

    private static func process(of session: PostgresSession) throws -> String? {
        try session.execute("SELECT pg_catalog.pg_backend_pid()").last?.scalar
    }
}
