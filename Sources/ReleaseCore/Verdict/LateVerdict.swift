import PostgresLink

/// Gives a deployment or a revert its verdict that was killed before it had one.
struct LateVerdict {
    let workspace: Workspace
    let release: Release
    /// Holds the deployment lock.
    let link: EnvironmentLink
    let interrupt: Interrupt
    let report: @Sendable (DeploymentEvent) -> Void

    /// What the checks said; no run where there are none.
    struct Outcome {
        var run: SmokeRun?
        var isGood: Bool { run?.outcome ?? .passed == .passed }
    }

    /// Runs the checks, and writes down what they say and the verdict.
    ///
    /// - Parameters:
    ///   - id: of the deployment.
    ///   - commit: what was deployed.
    ///   - occasion: behind what the checks run, for the reason of a hold.
    /// - Returns: `nil` when it was stopped, so that the next run has to do it.
    /// - Throws: ``ConfigurationError``, `GitError`, `PostgresError`.
    func settle(_ id: String, commit: String?, behind occasion: String) throws -> Outcome? {
        let checks = try workspace.smokeChecks(
            release, applied: Set(link.state.history.appliedNames))
        let stage = SmokeStage(workspace: workspace, interrupt: interrupt, report: report)
        let outcome = Outcome(
            run: checks.isEmpty
                ? nil : SmokeRunner(stage.setting(release, link.target)).run(checks))
        if interrupt.isRaised { return nil }
        if !link.session.isUsable { try link.reconnect() }
        let writer = LedgerWriter(
            session: link.session,
            settings: SessionSettings(
                schema: link.target.schema, deploy: release.environment.deploy))
        if let run = outcome.run { try writer.record(run, deployment: id, commit: commit) }
        if !outcome.isGood, link.state.ledger?.hold == nil {
            let names = outcome.run?.obstacles.map(\.name).joined(separator: ", ") ?? ""
            try writer.hold(
                reason: "smoke check failed after \(occasion): \(names)", by: "sluice/\(id)")
        }
        try writer.close(id, outcome.isGood ? .succeeded : .degraded)
        return outcome
    }
}
