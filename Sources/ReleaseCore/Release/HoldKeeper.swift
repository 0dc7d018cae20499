import PostgresLink

/// Puts environments on hold and releases them.
public struct HoldKeeper {
    let workspace: Workspace

    public init(_ workspace: Workspace) {
        self.workspace = workspace
    }

    /// Stops further deployments to an environment.
    ///
    /// - Throws: ``ReleaseError`` when there is no ledger to write it to.
    public func hold(_ environment: String, reason: String) throws {
        let (link, writer) = try open(environment)
        if let hold = link.state.ledger?.hold {
            throw ReleaseError(
                .usage,
                "\(environment) is on hold already since \(TimestampText.minute(hold.since)) by \(hold.by): \(hold.reason)"
            )
        }
        try writer.hold(reason: reason, by: workspace.options.actor)
    }

    /// Lifts the hold.
    ///
    /// - Throws: ``ReleaseError`` when there is no ledger.
    /// - Returns: whether there was one.
    public func release(_ environment: String, reason: String) throws -> Bool {
        try open(environment).writer.release(reason: reason, by: workspace.options.actor) > 0
    }

    private func open(_ environment: String) throws -> (link: EnvironmentLink, writer: LedgerWriter)
    {
        let release = try workspace.release(to: environment)
        let link = try workspace.link(to: release)
        let settings = SessionSettings(
            schema: link.target.schema, deploy: release.environment.deploy)
        let preparation = try link.ledgerPreparation()
        if !preparation.isEmpty { try link.session.execute("BEGIN;\n\(preparation)COMMIT") }
        return (link, LedgerWriter(session: link.session, settings: settings))
    }
}
