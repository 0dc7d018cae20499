import PostgresLink

extension Resolver {
    /// Gives the database of an environment its new name.
    ///
    /// The name is pinned so that nobody deploys to the wrong database; saying
    /// the old one shows that this is the database that is meant.
    ///
    /// - Throws: ``ReleaseError`` when the database does not say that it is
    ///   `oldName`, and what Git or the server throws.
    public func rename(from oldName: String, to environment: String, reason: String?) throws {
        let release = try workspace.release(to: environment)
        let link = try EnvironmentLink(
            release.environment, workspace.options, repository: workspace.repositoryKey)
        try link.checkLayout()
        guard let ledger = link.state.ledger else {
            throw ReleaseError(
                .usage,
                "\(link.target.redacted) has no ledger yet, so no name is pinned there.",
                state: "nothing was changed.")
        }
        guard ledger.environment == oldName else {
            throw ReleaseError(
                .usage,
                "the database \(link.target.redacted) says it is “\(ledger.environment)”, not “\(oldName)”.",
                state: "nothing was changed.",
                next: ["check the database URL of \(environment)."])
        }
        try lock(link, release)
        try link.session.record(
            """
            BEGIN;
            \(try link.ledgerPreparation())UPDATE _sluice.meta SET environment = \(Quoting.literal(environment))
             WHERE environment = \(Quoting.literal(oldName));
            INSERT INTO _sluice.renames (old_name, new_name, reason, renamed_by)
            VALUES (\(Quoting.literal(oldName)), \(Quoting.literal(environment)),
                    \(Quoting.literal(reason)), \(Quoting.literal(workspace.options.actor)));
            COMMIT
            """)
    }
}
