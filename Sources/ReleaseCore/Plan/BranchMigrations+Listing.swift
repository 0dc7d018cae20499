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
            problems: listing.problems.map(Problem.init) + Self.unprintable(listing),
            notes: listing.unknownBefore.map {
                ["this is a shallow clone: who added what before \($0.short) cannot be known here."]
            } ?? [])
    }
}

extension BranchMigrations {
    /// A line break in a name would break out of every line it is written in.
    private static func unprintable(_ listing: MigrationListing) -> [Problem] {
        listing.folders.map(\.name).filter { name in
            // The general category Cc (Unicode, UnicodeData.txt).
            name.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
        }.map { name in
            Problem(
                .unreadable,
                name.map { $0.isASCII && $0.asciiValue ?? 0 < 32 ? "?" : "\($0)" }.joined(),
                "its name contains control characters; rename the folder.")
        }
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
