public import GitStore

extension BranchMigrations {
    /// Takes over what was read from Git or from a folder.
    public init(_ listing: MigrationListing, branch: String?) {
        self.init(
            branch: branch, commit: listing.tip,
            migrations: listing.folders.map {
                Migration(name: $0.name, digests: $0.digests, provenance: $0.provenance)
            },
            changes: listing.changes,
            problems: listing.problems.map(Problem.init),
            notes: listing.unknownBefore.map {
                ["this is a shallow clone: who added what before \($0.short) cannot be known here."]
            } ?? [])
    }
}

extension Problem {
    /// Sorts what the reader found: a folder of another tool is unsupported,
    /// everything else unreadable.
    init(_ problem: ListingProblem) {
        switch problem.kind {
        case .prisma8Package, .wrongProvider:
            self.init(.unsupported, problem.folder ?? "", problem.detail)
        default:
            self.init(.unreadable, problem.folder ?? "", problem.detail)
        }
    }
}
