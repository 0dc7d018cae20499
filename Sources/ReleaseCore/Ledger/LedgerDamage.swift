import PostgresLink

/// History or ledger with a table or a column missing.
enum LedgerDamage {
    /// Tells a ledger of a newer sluice, which may have other columns, from one that somebody
    /// has changed by hand.
    ///
    /// - Returns: what to say, which needs a person in either case.
    static func refusal(_ cause: PostgresError, _ session: PostgresSession) -> ReleaseError {
        let version = try? session.query("SELECT version FROM _sluice.meta").scalar.flatMap {
            Int($0)
        }
        if let version, version > LedgerSchema.version {
            return newer(version, session.target)
        }
        var error = ReleaseError(
            .needsAttention,
            "the history or the ledger in \(session.target.redacted) is damaged: \(cause.message).",
            state: "nothing was changed; nobody can say what is applied there.",
            next: [
                "bring back what is missing, from a backup of _prisma_migrations and the schema _sluice."
            ])
        error.concernsRecords = true
        return error
    }

    static func newer(_ version: Int, _ target: ConnectionTarget) -> ReleaseError {
        var error = ReleaseError(
            .usage,
            "the ledger in \(target.redacted) is of a newer sluice (layout \(version), this one knows \(LedgerSchema.version)).",
            state: "nothing was changed.", next: ["use the newer version."])
        error.concernsRecords = true
        return error
    }
}
