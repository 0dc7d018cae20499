public import GitStore

/// What a branch (or a plain folder) offers for deployment.
public struct BranchMigrations: Sendable {
    public var branch: String?
    public var commit: ObjectID?
    /// In the order they are applied.
    public var migrations: [Migration]
    /// Folders that were edited, renamed or removed after they were added.
    public var changes: [FolderChange]
    /// Folders that cannot be used, in words.
    public var problems: [Problem]
    /// What the reader could not know or wants to point out.
    public var notes: [String]

    public init(
        branch: String?, commit: ObjectID?, migrations: [Migration], changes: [FolderChange] = [],
        problems: [Problem] = [], notes: [String] = []
    ) {
        self.branch = branch
        self.commit = commit
        self.migrations = migrations
        self.changes = changes
        self.problems = problems
        self.notes = notes
    }

    /// How the last change on the branch explains a migration, where it does.
    func change(of name: String) -> FolderChange? {
        changes.last { $0.folder == name }
    }
}
