import GitStore
import PostgresLink

/// A revert that was killed behind its commit, and what its end came to.
public struct FinishedRevert: Sendable {
    public var environment: String
    public var migration: String
    /// `succeeded`, or `degraded` where checks do not pass.
    public var verdict: Verdict
    public var smoke: SmokeRun?
    /// What people should know, a sentence each.
    public var notes: [String]
}

extension Reverter {
    /// Ends what a killed revert has begun: the migration is out and the record says so, but
    /// nobody has lifted maintenance mode, run the checks or written the verdict.
    ///
    /// - Returns: `nil` where there is nothing to finish.
    /// - Throws: ``ReleaseError``, and what Git and server throw.
    public func finish(_ request: Request) throws -> FinishedRevert? {
        guard request.inspectedDigest != nil else { return nil }
        let release = try workspace.release(to: request.environment)
        let link = try workspace.link(to: release, applicationName: "sluice/revert")
        guard link.state.ledger != nil, isRolledBack(request.migration, link.state),
            try unsettled(request.migration, link) != nil
        else { return nil }
        try takeLock(link)
        // Once more, now that nobody else can be at it.
        guard let id = try unsettled(request.migration, link) else { return nil }
        let leftover = try MaintenanceMode.liftLeftover(workspace, release, link, report: report)
        let verdict = LateVerdict(
            workspace: workspace, release: release, link: link, interrupt: interrupt,
            report: report)
        let outcome = try verdict.settle(
            id, commit: release.commit?.hex, behind: "\(request.migration) was reverted")
        guard let outcome else {
            throw ReleaseError(
                .interrupted, "stopped while the checks ran.",
                state: "\(request.migration) is rolled back; its revert has no verdict yet.",
                next: ["run it again."])
        }
        return FinishedRevert(
            environment: release.environment.name, migration: request.migration,
            verdict: outcome.isGood ? .succeeded : .degraded, smoke: outcome.run,
            notes: leftover.map { [$0] } ?? [])
    }

    private func isRolledBack(_ migration: String, _ state: DatabaseState) -> Bool {
        let rows = state.history.rows.filter { $0.name == migration }
        return !rows.isEmpty && rows.allSatisfy { $0.state == .rolledBack }
    }

    /// The newest revert of the migration, if it has no verdict.
    private func unsettled(_ migration: String, _ link: EnvironmentLink) throws -> String? {
        try link.session.query(
            """
            SELECT d.id FROM _sluice.deployments d JOIN _sluice.steps s ON s.deployment = d.id
            WHERE d.verdict IS NULL AND s.outcome = 'marked-rolled-back'
              AND s.migration = \(Quoting.literal(migration))
            ORDER BY d.started_at DESC LIMIT 1
            """
        ).scalar
    }
}
