import GitStore
import PostgresLink

/// Smoke checks as part of a deployment, or on their own.
public struct SmokeStage {
    let workspace: Workspace

    public init(workspace: Workspace) {
        self.workspace = workspace
    }

    /// Checks what was just deployed and settles the verdict.
    func run(_ result: inout DeploymentReport, _ release: Release, _ run: DeploymentRun) throws {
        let checks = release.environment.smoke
        guard !checks.isEmpty else { return }
        let smoke = SmokeRunner(target: run.link.target, variables: workspace.options.variables)
            .run(checks)
        result.smoke = smoke
        if smoke.outcome != .passed { result.verdict = .degraded }
        try run.record(smoke)
        guard smoke.outcome != .passed else { return }
        let names = smoke.results.filter { $0.required && $0.outcome != .passed }.map(\.name)
        try run.hold(
            reason: "smoke check failed after deployment: \(names.joined(separator: ", "))")
    }

    /// Runs an environment's checks now and records the run.
    ///
    /// - Throws: ``ReleaseError``, ``ConfigurationError``, `GitError`,
    ///   `ConnectionFailure`, `PostgresError`.
    public func run(_ environment: String?) throws -> (environment: String, run: SmokeRun) {
        let release = try workspace.release(to: environment)
        let link = try workspace.link(to: release)
        let run = SmokeRunner(target: link.target, variables: workspace.options.variables)
            .run(release.environment.smoke)
        if link.state.ledger != nil {
            let settings = SessionSettings(
                schema: link.target.schema, deploy: release.environment.deploy)
            try LedgerWriter(session: link.session, settings: settings)
                .record(run, deployment: nil, commit: release.commit?.hex)
        }
        return (release.environment.name, run)
    }
}
