import GitStore

/// What a merge brought.
public struct ArrivedMigrations {
    let workspace: Workspace

    public init(_ workspace: Workspace) {
        self.workspace = workspace
    }

    /// The names of migrations that HEAD has and `ORIG_HEAD`, where it was before
    /// the merge, has not.
    ///
    /// - Throws: `GitError`.
    public func names() throws -> [String] {
        guard let repository = workspace.repository,
            let before = try repository.commit(ofReference: "ORIG_HEAD"),
            let now = try repository.headCommit()
        else { return [] }
        let path = workspace.configuration.migrationsPath
        let known = try repository.scripts(in: path, at: before)
        let all = try repository.scripts(in: path, at: now)
        return MigrationOrder.sorted(all.keys.filter { known[$0] == nil })
    }

    /// The environment a developer works with: the one that follows whatever is
    /// checked out. Without a configuration file nobody knows whose database it is.
    public var development: EnvironmentConfiguration? {
        guard workspace.hasConfigurationFile else { return nil }
        return workspace.configuration.environments.first {
            $0.branch == nil && $0.promotesFrom == nil
        }
    }
}

extension GitRepository {
    /// What is checked out; `nil` before the first commit.
    func headCommit() throws -> ObjectID? {
        switch try head() {
        case .branch(_, let commit), .detached(let commit): commit
        case .unborn: nil
        }
    }
}
