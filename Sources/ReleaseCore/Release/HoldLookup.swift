import PostgresLink

/// Asks a database whether its environment is on hold, in moments or not at all.
public struct HoldLookup {
    let workspace: Workspace

    public init(_ workspace: Workspace) {
        self.workspace = workspace
    }

    /// The hold of an environment; nil without one, and where the database does not answer at once.
    /// A private server is not started for the question.
    public func hold(of environment: String) -> Hold? {
        guard let configuration = try? workspace.governed(environment).environment,
            !configuration.isSandboxed,
            let url = try? configuration.database.resolve(workspace.options.variables),
            // libpq's shortest.
            let target = try? ConnectionTarget(url: url).withDefault("connect_timeout", "2"),
            let session = try? PostgresSession(
                connecting: target, applicationName: "sluice post-receive"),
            let row = try? session.query(
                """
                SELECT reason, placed_by, placed_at FROM _sluice.holds
                WHERE released_at IS NULL ORDER BY id LIMIT 1
                """
            ).rows.first
        else { return nil }
        return Hold(reason: row[0] ?? "", by: row[1] ?? "", since: row[2] ?? "")
    }
}
