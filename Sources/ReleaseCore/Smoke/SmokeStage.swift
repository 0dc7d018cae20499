import GitStore
import PostgresLink

/// Smoke checks as part of a deployment, or on their own.
public struct SmokeStage {
    let workspace: Workspace
    let interrupt: Interrupt
    let report: @Sendable (DeploymentEvent) -> Void

    /// - Parameters:
    ///   - workspace: the repository with its configuration.
    ///   - interrupt: ends the checks; clean-up steps run all the same.
    ///   - report: told how far they are.
    public init(
        workspace: Workspace, interrupt: Interrupt = Interrupt(),
        report: @escaping @Sendable (DeploymentEvent) -> Void = { _ in }
    ) {
        self.workspace = workspace
        self.interrupt = interrupt
        self.report = report
    }

    /// What a run by hand found.
    public struct Report: Sendable {
        public var environment: String
        public var run: SmokeRun
        /// The environment is on hold.
        public var hold: Hold?
        /// What people should know, a sentence each.
        public var notes: [String]
    }

    /// Runs an environment's checks now and records the run.
    ///
    /// - Parameters:
    ///   - environment: its name; `nil` for the only one.
    ///   - tags: only checks with one of these; all when empty. A run of some
    ///     checks proves nothing, so it is recorded only when it does not pass.
    /// - Returns: the results.
    /// - Throws: ``ReleaseError``, ``ConfigurationError``, `GitError`,
    ///   `ConnectionFailure`, `PostgresError`.
    public func run(_ environment: String?, tags: [String] = []) throws -> Report {
        let release = try workspace.release(to: environment)
        let link = try workspace.link(to: release)
        let all = try workspace.smokeChecks(
            release, applied: Set(link.state.history.appliedNames))
        let checks = try select(all, tags, release.environment.name)
        let leftover = try MaintenanceMode.liftLeftover(workspace, release, link, report: report)
        var run = SmokeRunner(setting(release, link.target)).run(
            checks, deployment: try lastDeployment(link))
        run.isComplete = checks.count == all.count
        // One that was stopped says nothing about the environment.
        let isNews =
            run.outcome == .failed
            || !interrupt.isRaised && (run.isComplete || run.outcome != .passed)
        if link.state.ledger != nil, !checks.isEmpty, isNews {
            let settings = SessionSettings(
                schema: link.target.schema, deploy: release.environment.deploy)
            if !link.session.isUsable { try link.reconnect() }
            try LedgerWriter(session: link.session, settings: settings)
                .record(run, deployment: nil, commit: release.commit?.hex)
        }
        return Report(
            environment: release.environment.name, run: run, hold: link.state.ledger?.hold,
            notes: leftover.map { [$0] } ?? [])
    }

    private func select(
        _ all: [SmokeCheck], _ tags: [String], _ environment: String
    ) throws -> [SmokeCheck] {
        guard !tags.isEmpty else { return all }
        let known = Set(all.flatMap(\.tags))
        if let unknown = tags.first(where: { !known.contains($0) }) {
            let nearest = NearestWord.to(unknown, among: known).map { " Did you mean \($0)?" } ?? ""
            throw ReleaseError(
                .usage, "no smoke check of \(environment) has the tag “\(unknown)”.\(nearest)",
                next: known.isEmpty
                    ? ["give a check tags: [\(unknown)]"]
                    : ["the tags are \(known.sorted().joined(separator: ", "))."])
        }
        return all.filter { !Set($0.tags).isDisjoint(with: tags) }
    }

    func setting(_ release: Release, _ target: ConnectionTarget) -> SmokeRunner.Setting {
        SmokeRunner.Setting(
            target: target, variables: workspace.options.variables,
            mask: mask(release.environment, target), interrupt: interrupt,
            directory: workspace.repository?.workTree,
            concurrency: release.environment.smokeConcurrency,
            environment: release.environment.name, commit: release.commit?.hex, report: report)
    }

    /// Everything the environment's configuration refers to is a secret.
    func mask(_ environment: EnvironmentConfiguration, _ target: ConnectionTarget) -> SecretMask {
        SecretMask(
            workspace.options.variables, references: environment.references,
            further: target.value(of: "password").map { [$0] } ?? [])
    }

    /// When the newest deployment was, by the server's clock.
    private func lastDeployment(_ link: EnvironmentLink) throws -> DeploymentWindow? {
        guard link.state.ledger != nil else { return nil }
        let record = try link.session.query(
            """
            SELECT extract(epoch FROM started_at) AS start, extract(epoch FROM finished_at) AS end
            FROM _sluice.deployments WHERE finished_at IS NOT NULL AND verdict <> 'blocked'
            ORDER BY started_at DESC LIMIT 1
            """
        ).records.first
        guard let start = record?["start"].flatMap({ Double($0) }),
            let end = record?["end"].flatMap({ Double($0) })
        else { return nil }
        return DeploymentWindow(start: start, end: end)
    }
}
