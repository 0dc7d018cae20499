import PostgresLink

/// A deployment that ended before it came to a verdict.
struct UnsettledDeployment: Sendable, Hashable {
    var id: String
    var commit: String?
    /// As the server prints it.
    var startedAt: String
    /// The migrations it applied.
    var migrations: [String]
}

extension LedgerReader {
    /// The newest deployment, if it has applied something and has no verdict: it was killed, or
    /// it is at work.
    ///
    /// - Throws: `PostgresError`.
    static func unsettled(_ session: PostgresSession) throws -> UnsettledDeployment? {
        let records = try session.query(
            """
            SELECT d.id, d.commit, d.started_at, s.migration FROM _sluice.steps s
            JOIN (SELECT * FROM _sluice.deployments ORDER BY started_at DESC LIMIT 1) d
              ON d.id = s.deployment
            WHERE d.verdict IS NULL AND s.outcome = 'applied' ORDER BY s.id
            """
        ).records
        guard let first = records.first else { return nil }
        return UnsettledDeployment(
            id: first["id"] ?? "", commit: first["commit"], startedAt: first["started_at"] ?? "",
            migrations: records.compactMap { $0["migration"] })
    }
}

extension Deployer {
    /// Runs the checks of a deployment that was killed behind its last migration, and gives it
    /// its verdict: nothing is pending any more, so nobody else would.
    ///
    /// - Throws: ``ConfigurationError``, `GitError`, `PostgresError`.
    func catchUp(_ result: inout DeploymentReport, _ prepared: PlanBuilder.Prepared) throws {
        let link = prepared.link
        guard result.verdict == .nothingToDo, link.state.ledger != nil, !link.state.isStandby,
            try LedgerReader.unsettled(link.session) != nil,
            try DeploymentLock.own.tryAcquire(link.session)
        else { return }
        defer { _ = try? DeploymentLock.own.release(link.session) }
        // Once more, now that nobody else can be at it.
        guard let left = try LedgerReader.unsettled(link.session) else { return }
        let verdict = LateVerdict(
            workspace: workspace, release: prepared.release, link: link, interrupt: interrupt,
            report: report)
        guard let outcome = try verdict.settle(left.id, commit: left.commit, behind: "deployment")
        else { return }
        result.smoke = outcome.run
        if !outcome.isGood {
            result.verdict = .degraded
            result.applied = left.migrations
            result.isHeld = true
        }
        result.deployment = left.id
        result.notes.append(
            "the deployment of \(left.startedAt) was stopped before its checks; \(outcome.run == nil ? "there are none, so it has succeeded" : "they have run now")."
        )
    }
}
