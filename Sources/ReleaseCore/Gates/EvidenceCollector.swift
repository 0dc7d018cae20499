import GitStore
import PostgresLink

/// Looks at everything the gates of a plan want to know. Changes nothing.
///
/// What waits for somebody else (the upstream's database, programs, addresses)
/// is asked side by side.
struct EvidenceCollector {
    let workspace: Workspace
    let release: Release
    let link: EnvironmentLink
    private let selection: GateSelection

    init(_ workspace: Workspace, _ release: Release, _ link: EnvironmentLink) {
        self.workspace = workspace
        self.release = release
        self.link = link
        selection = GateSelection(release.environment)
    }

    /// - Throws: `GitError`, and `PostgresError` when the connection is lost.
    func collect(_ plan: Plan) throws -> GateEvidence {
        var evidence = GateEvidence()
        guard !plan.isEmpty else { return evidence }
        if selection.isOn(.upstream) { evidence.upstream = upstream(plan) }
        if selection.isOn(.rollbackNotes) {
            evidence.rollbackNotes = try RollbackNotesLookup(workspace: workspace, release: release)
                .notes(for: plan.migrations.filter { !$0.losses.isEmpty }.map(\.name))
        }
        try count(plan, &evidence)
        return evidence
    }

    /// Counts what would be lost. Findings want to know it too: what loses
    /// nothing here is no hazard here.
    func count(_ plan: Plan, _ evidence: inout GateEvidence) throws {
        guard selection.isOn(.dataLoss) || selection.isOn(.findings) else { return }
        do {
            evidence.countFailure = nil
            evidence.counted = try LossCounter(session: link.session).count(plan.migrations)
        } catch let error as PostgresError where !error.connectionLost {
            evidence.countFailure = error.message
        }
    }

    private func upstream(_ plan: Plan) -> UpstreamEvidence? {
        guard let name = release.environment.promotesFrom,
            let upstream = release.configuration.environment(named: name)
        else { return nil }
        var evidence = UpstreamEvidence(
            name: name, state: nil, failure: nil, hasSmokeChecks: !upstream.smoke.isEmpty)
        do {
            let link = try EnvironmentLink(
                upstream, workspace.options, repository: workspace.repositoryKey)
            // Evidence from another environment's database proves nothing.
            try link.checkIdentity()
            evidence.state = link.state
        } catch {
            evidence.failure = "\(error)"
        }
        return evidence
    }
}
