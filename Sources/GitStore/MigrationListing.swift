/// Every migration of a branch or of a plain folder, at one moment.
public struct MigrationListing: Sendable, Hashable, Codable {
    /// The commit that was read; `nil` for a plain folder.
    public let tip: ObjectID?
    /// The migrations path, from the root of the repository and without
    /// superfluous slashes; for a plain folder, as it was given.
    public let path: String
    /// Whether there is a folder at the path.
    public let pathExists: Bool
    /// The migrations, in the order of ``MigrationOrder``.
    public let folders: [MigrationFolder]
    /// What happened to migrations after they had come to the branch, by folder.
    ///
    /// Only what matters at the tip: a script that was edited and edited back,
    /// and a folder that was removed and came back the same, are not here; nor
    /// are edits of line endings only, which no checksum notices. Each change is
    /// told with the commit that made it.
    public let changes: [FolderChange]
    /// What is wrong with the folder at the tip.
    public let problems: [ListingProblem]
    /// The bytes of `migration_lock.toml`; `nil` when there is none.
    public let lockFile: [UInt8]?
    /// The commit at which a shallow clone ends: what happened in it and before
    /// it cannot be known. `nil` when the whole line was read.
    public let unknownBefore: ObjectID?

    /// A listing with the given facts.
    public init(
        tip: ObjectID?, path: String, pathExists: Bool, folders: [MigrationFolder],
        changes: [FolderChange], problems: [ListingProblem], lockFile: [UInt8]?,
        unknownBefore: ObjectID?
    ) {
        self.tip = tip
        self.path = path
        self.pathExists = pathExists
        self.folders = folders
        self.changes = changes
        self.problems = problems
        self.lockFile = lockFile
        self.unknownBefore = unknownBefore
    }

    /// The provider that ``lockFile`` names, as Prisma reads it; `nil` when
    /// there is no lock file.
    public var lockProvider: String? {
        lockFile.map(MigrationLock.provider(in:))
    }
}
