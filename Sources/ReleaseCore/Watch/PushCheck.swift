public import GitStore

/// Finds new migrations of a pushed branch that would come before ones that an
/// environment's branch has already.
public struct PushCheck {
    let workspace: Workspace

    public init(_ workspace: Workspace) {
        self.workspace = workspace
    }

    /// A migration that would be out of order after its merge.
    public struct Late: Sendable, Hashable {
        public var migration: String
        /// The newest one of the environments' branches.
        public var newest: String
        /// Where that one is: “origin/staging, which feeds staging”.
        public var place: String
    }

    /// Compares a commit with what the remotes were last seen to have.
    ///
    /// - Throws: `GitError`.
    /// - Returns: the migrations to rename, in order.
    public func late(in commit: ObjectID) throws -> [Late] {
        guard let repository = workspace.repository else { return [] }
        let scripts = try repository.scripts(
            in: workspace.configuration.migrationsPath, at: commit)
        guard !scripts.isEmpty else { return [] }
        let merged = try MergedMigrations(repository, workspace.configuration)
        guard let newest = merged.newest else { return [] }
        return MigrationOrder.sorted(Array(scripts.keys)).filter {
            merged.copy(having: $0) == nil && MigrationOrder.precedes($0, newest.name)
        }.map { Late(migration: $0, newest: newest.name, place: newest.copy.place) }
    }
}
