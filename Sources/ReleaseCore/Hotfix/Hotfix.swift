public import GitStore

/// What ``HotfixWriter`` opened, or found opened already.
public struct Hotfix: Sendable {
    /// The new branch; in a work tree, the one that is checked out.
    public var branch: String
    /// The new migration's folder.
    public var migration: String
    /// The commit on the branch; in a work tree, the one it was made for.
    public var commit: ObjectID
    public var environment: String
    /// The branch it starts from.
    public var target: String?
    /// The environment it promotes from, and so the one the hotfix must go through.
    public var upstream: String?
    /// Whether that environment has an upstream.
    public var isPromoted: Bool { upstream != nil }
    /// Whether the sandbox shows the schema of before again.
    public var proven: Bool
    /// What the sandbox showed, in words.
    public var proof: String
    /// What does not return, in words.
    public var cannotReturn: [String]
    public var sql: String
    /// What the database had before: only the rows are gone for good.
    public var losses: [String] = []
    /// What later migrations have undone already, in words.
    public var settled: [String] = []
    /// Files of the Prisma schema that were changed back.
    public var schemaFiles: [String] = []
    /// Those of them with conflict marks in them.
    public var schemaConflicts: [String] = []
    /// Folders with checks that ask for what goes, and so were taken away.
    public var removedChecks: [String] = []
    public var notes: [String] = []
    /// Whether the branch was there already, so that nothing was made.
    public var existed = false
    /// The files that were written, where no branch was made.
    public var written: [String] = []
}

/// What is to be undone, and how.
public struct HotfixRequest: Sendable {
    /// Whole names, or ranges `FIRST..LAST`.
    public var migrations: [String]
    /// Whose branch the hotfix starts from, and whose rows are counted; `nil` for
    /// the first environment that has a branch, and no counting.
    public var environment: String?
    /// Why, for script and commit message.
    public var reason: String?
    /// Whether files are written into the work tree instead of a branch.
    public var writesWorkTree: Bool

    public init(
        migrations: [String], environment: String? = nil, reason: String? = nil,
        writesWorkTree: Bool = false
    ) {
        self.migrations = migrations
        self.environment = environment
        self.reason = reason
        self.writesWorkTree = writesWorkTree
    }
}
