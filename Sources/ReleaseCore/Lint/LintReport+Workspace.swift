import GitStore

extension LintReport {
    /// Lints migrations of a repository or of a plain folder.
    ///
    /// Without names those of a branch that the one it goes to has not are judged together, as the
    /// plan they will be: of what is checked out, where that is no environment's branch, else of
    /// the first environment's branch. What the work tree has and its commit has not counts
    /// too, where that commit is what is judged. Where there is no downstream, and in a plain
    /// folder, every migration is judged as if those before it had run long ago.
    ///
    /// - Parameters:
    ///   - workspace: where the migrations are.
    ///   - names: only these migrations; empty for the default.
    /// - Returns: the findings, by migration.
    /// - Throws: ``ReleaseError`` for a migration that is not there, and what
    ///   Git throws.
    public static func make(_ workspace: Workspace, only names: [String]) throws -> LintReport {
        let (release, merged) = try releases(workspace)
        let drafts = try workspace.drafts(beside: release)
        let committed = release.offered.migrations.map(\.name)
        let all = MigrationOrder.sorted(Set(committed).union(drafts.keys).map { $0 })
        let wanted = try select(names, among: all, drafts.keys, release, merged)
        let bytes = try workspace.scripts(of: committed, in: release).merging(drafts) { $1 }
        let folder =
            workspace.options.migrationsDirectory ?? release.configuration.migrationsPath
        let scripts = all.map { name in
            LintScript(
                name: name, path: "\(folder)/\(name)/migration.sql", bytes: bytes[name] ?? [])
        }
        return LintReport(scripts, wanted: wanted, together: merged != nil && names.isEmpty)
    }

    /// The release nearest to development, and the names that the branch it goes to has.
    private static func releases(_ workspace: Workspace) throws -> (Release, Set<String>?) {
        let environments = workspace.configuration.environments
        let source =
            environments.first { $0.branch != nil && $0.promotesFrom == nil } ?? environments[0]
        let release = try workspace.release(to: source.name)
        if let here = try workspace.checkedOut(insteadOf: release) {
            return (here, Set(release.offered.migrations.map(\.name)))
        }
        guard let target = environments.first(where: { $0.promotesFrom == source.name }),
            target.branch != source.branch, workspace.repository != nil
        else { return (release, nil) }
        let downstream = try workspace.release(to: target.name)
        return (release, Set(downstream.offered.migrations.map(\.name)))
    }

    private static func select(
        _ names: [String], among all: [String], _ drafts: some Sequence<String>,
        _ release: Release, _ merged: Set<String>?
    ) throws -> Set<String> {
        guard !names.isEmpty else { return Set(all).subtracting(merged ?? []).union(drafts) }
        let wanted = names.map(migrationName)
        if let unknown = wanted.first(where: { !all.contains($0) }) {
            throw ReleaseError(
                .usage,
                "there is no migration “\(unknown)” on \(release.offered.branch ?? "the current branch"), and no such file or folder.",
                next: NearestWord.to(unknown, among: all).map { ["did you mean \($0)?"] } ?? [])
        }
        return Set(wanted)
    }

    /// `prisma/migrations/NAME/migration.sql`, `prisma/migrations/NAME/` or `NAME`.
    private static func migrationName(_ path: String) -> String {
        let parts = path.split(separator: "/")
        return String((parts.last == "migration.sql" ? parts.dropLast().last : parts.last) ?? "")
    }
}

extension Workspace {
    /// What is checked out, where that is no environment's branch and has
    /// migrations of its own, committed or not: a developer's branch, or what CI makes of it.
    ///
    /// - Throws: `GitError`, ``ConfigurationError``.
    func checkedOut(insteadOf release: Release) throws -> Release? {
        guard let repository, release.environment.branch != nil, hasConfigurationFile,
            let commit = try repository.headCommit(), commit != release.commit
        else { return nil }
        var name: String?
        if case .branch(let branch, _) = try repository.head() { name = branch }
        guard !configuration.environments.contains(where: { $0.branch == name && name != nil })
        else { return nil }
        let governing = try configuration(at: commit)
        let listing = try repository.migrations(in: governing.migrationsPath, at: commit)
        let here = Release(
            environment: release.environment, configuration: governing, commit: commit,
            offered: BranchMigrations(listing, branch: name),
            blobs: Dictionary(listing.folders.map { ($0.name, $0.blob) }, uniquingKeysWith: { $1 }))
        let known = Set(release.offered.migrations.map(\.name))
        let hasOwn = listing.folders.contains { !known.contains($0.name) }
        return try hasOwn || !drafts(beside: here).isEmpty ? here : nil
    }
}
