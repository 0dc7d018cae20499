import GitStore
import PostgresLink
import Sandbox
import SchemaCatalog

/// Opens a forward-hotfix migration that restores what others took away or
/// changed, proven in the sandbox.
public struct HotfixWriter {
    let workspace: Workspace

    public init(_ workspace: Workspace) {
        self.workspace = workspace
    }

    /// Replays, compares, proves, and writes the migration with its Prisma schema.
    ///
    /// - Returns: the branch with its migration and proof; the one that is there
    ///   where the same was asked before.
    /// - Throws: ``ReleaseError`` and what reading Git or the sandbox throws.
    public func open(_ request: HotfixRequest) throws -> Hotfix {
        guard let repository = workspace.repository else {
            throw ReleaseError(
                .usage, "a hotfix is opened on a branch, and --migrations DIR is no repository.")
        }
        let release = try workspace.release(to: request.environment ?? defaultEnvironment())
        let migrations = release.offered.migrations
        let selection = try MigrationSelection(
            request.migrations, among: migrations.map(\.name),
            on: release.offered.branch.map { "branch \($0)" } ?? "HEAD")
        let chosen = selection.indices.map { migrations[$0] }
        let files = HotfixFiles(
            workspace: workspace, repository: repository, release: release, undone: chosen)
        if !request.writesWorkTree, let existing = try files.existing() { return existing }
        let evidence = try evidence(request, release, chosen.map(\.name))
        let databases = ReplayDatabases(
            cluster: try SandboxDatabases.cluster(
                workspace.options, repository: repository.commonDirectory),
            migrations: try workspace.replayed(migrations, in: release))
        let proof = try HotfixProver(databases: databases, large: evidence.rows?.large ?? [])
            .prove(selection.groups)
        let text = HotfixText(
            undone: chosen,
            laterCount: migrations.count - (selection.indices.last ?? 0) - 1, proof: proof,
            reason: request.reason ?? HotfixReason(proof.undone).text(chosen.map(\.name)),
            rows: evidence.rows, serverVersion: proof.goal.serverVersion)
        var hotfix =
            request.writesWorkTree
            ? try files.writeToWorkTree(text) : try files.commit(text)
        hotfix.notes += evidence.notes
        return hotfix
    }

    private func defaultEnvironment() -> String? {
        let environments = workspace.configuration.environments
        return
            (environments.first { $0.branch != nil && $0.promotesFrom == nil } ?? environments.first)?
            .name
    }

    /// What the environment's database says, where one was named.
    private func evidence(
        _ request: HotfixRequest, _ release: Release, _ names: [String]
    ) throws -> (rows: EnvironmentRows?, notes: [String]) {
        guard let name = request.environment else { return (nil, []) }
        do {
            let link = try workspace.link(to: release)
            try refuseHalfApplied(link.state, names, name)
            return (try EnvironmentRows(name, link.session), [])
        } catch let failure as ConnectionFailure {
            return (nil, ["rows were not counted in \(name): \(failure)"])
        } catch let error as PostgresError {
            return (nil, ["rows were not counted in \(name): \(error.message)"])
        }
    }

    /// A later migration cannot undo half of one that the next deployment carries
    /// on with.
    private func refuseHalfApplied(
        _ state: DatabaseState, _ names: [String], _ environment: String
    ) throws {
        guard let progress = state.openProgress.first(where: { names.contains($0.migration) })
        else { return }
        throw ReleaseError(
            .needsAttention,
            "\(progress.migration) stopped behind statement \(progress.finishedStatements) of \(progress.totalStatements) in \(environment), and no later migration runs before it is finished.",
            state: "no branch was made.",
            next: [
                "sluice revert \(environment) \(progress.migration)   undoes what has run",
                "sluice deploy \(environment)   carries on with the rest, after which a hotfix can undo all of it",
            ])
    }
}
