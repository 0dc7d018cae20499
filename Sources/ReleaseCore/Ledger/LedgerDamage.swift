import PostgresLink

/// History or ledger with a table or a column missing.
enum LedgerDamage {
    /// Tells a ledger of a newer sluice, which may have other columns, from one that somebody
    /// has changed by hand.
    ///
    /// - Returns: what to say, which needs a person in either case.
    static func refusal(_ error: PostgresError, _ session: PostgresSession) -> ReleaseError {
        let version = try? session.query("SELECT version FROM _sluice.meta").scalar.flatMap {
            Int($0)
        }
        if let version, version > LedgerSchema.version {
            return newer(version, session.target)
        }
        return ReleaseError(
            .needsAttention,
            "the history or the ledger in \(session.target.redacted) is damaged: \(error.message).",
            state: "nothing was changed; nobody can say what is applied there.",
            next: [
                "bring back what is missing, from a backup of _prisma_migrations and the schema _sluice."
            ])
    }

    static func newer(_ version: Int, _ target: ConnectionTarget) -> ReleaseError {
        ReleaseError(
            .usage,
            "the ledger in \(target.redacted) is of a newer sluice (layout \(version), this one knows \(LedgerSchema.version)).",
            state: "nothing was changed.", next: ["use the newer version."])
    }
}
