/// The scripts of an earlier listing, so that they need not be read again.
struct KnownScripts {
    private let folders: [String: MigrationFolder]
    private let problems: [String: [ListingProblem]]

    init(_ listing: MigrationListing?) {
        let folders = listing?.folders ?? []
        self.folders = Dictionary(folders.map { ($0.name, $0) }) { first, _ in first }
        let aboutBytes = (listing?.problems ?? []).filter { $0.offset != nil }
        problems = Dictionary(grouping: aboutBytes) { $0.folder ?? "" }
    }

    func script(folder: String, blob: ObjectID) -> FolderInspection.Script? {
        guard let known = folders[folder], known.blob == blob else { return nil }
        return FolderInspection.Script(
            name: folder, blob: blob, size: known.size, digests: known.digests,
            problems: problems[folder] ?? [])
    }
}
