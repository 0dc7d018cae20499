/// A listing with what is needed to continue it at a later commit.
struct CachedListing {
    let listing: MigrationListing
    /// Folder names whose past the listing alone does not tell: gone ones and
    /// edited ones.
    let irregular: [String: BranchHistory.Record]

    init(listing: MigrationListing, irregular: [String: BranchHistory.Record]) {
        self.listing = listing
        self.irregular = irregular
    }

    init(listing: MigrationListing, history: BranchHistory) {
        let regular = Self.regularRecords(of: listing)
        self.listing = listing
        self.irregular = history.records.filter { regular[$0.key] != $0.value }
    }

    /// The history up to the listing's tip.
    var history: BranchHistory {
        let regular = Self.regularRecords(of: listing)
        return BranchHistory(records: regular.merging(irregular) { _, exception in exception })
    }

    private static func regularRecords(
        of listing: MigrationListing
    ) -> [String: BranchHistory.Record] {
        var records: [String: BranchHistory.Record] = [:]
        for folder in listing.folders {
            guard let provenance = folder.provenance else { continue }
            records[folder.name] = BranchHistory.Record(
                original: folder.blob, current: folder.blob, arrival: .explained(provenance))
        }
        return records
    }
}
