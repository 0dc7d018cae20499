/// One reading of a branch's migrations: from a tip to a listing.
struct ListingReading {
    let repository: GitRepository
    let path: RepositoryPath
    let shallow: ShallowBoundary

    /// Walks back from `tip` to the root, or to a commit the cache knows.
    func read(_ tip: ObjectID, continuing cache: ListingCache) throws(GitError) -> CachedListing {
        let cached = cache.tips()
        do throws(GitError) {
            return try read(tip) {
                cached.contains($0)
            } start: {
                cache.load($0)
            }
        } catch {
            guard error.call == Self.cacheCall else { throw error }
            return try read(tip) { _ in
                false
            } start: { _ in
                nil
            }
        }
    }

    private static let cacheCall = "cache"

    private func read(
        _ tip: ObjectID, isKnown: (ObjectID) -> Bool, start: (ObjectID) -> CachedListing?
    ) throws(GitError) -> CachedListing {
        let trees = TreeReader(objects: repository.objects, path: path)
        let line = try FirstParentLine(tip: tip, trees: trees, shallow: shallow, isKnown: isKnown)
        let earlier = line.known.flatMap(start)
        if line.known != nil, earlier == nil {
            throw GitError(code: .generic, call: Self.cacheCall, message: "A cache is damaged.")
        }
        var history = earlier?.history ?? BranchHistory()
        for (index, step) in line.steps.enumerated() {
            let changes = try trees.changedScripts(from: step.before, to: step.after)
            let renames = try BranchHistory.renames(in: changes, fingerprint: fingerprint)
            history.apply(changes, step: index, renames: renames)
        }
        try history.explain(
            ProvenanceFinder(
                repository: repository, steps: line.steps,
                search: OriginSearch(trees: trees, shallow: shallow)))
        return CachedListing(
            listing: try listing(
                tip, history: history, earlier: earlier?.listing,
                boundary: line.boundary ?? earlier?.listing.unknownBefore),
            history: history)
    }

    /// The same for scripts that differ in line endings only.
    private func fingerprint(_ blob: ObjectID) throws(GitError) -> SHA256Value {
        ScriptDigests.of(try repository.objects.contents(of: blob)).unix
    }

    private func listing(
        _ tip: ObjectID, history: BranchHistory, earlier: MigrationListing?, boundary: ObjectID?
    ) throws(GitError) -> MigrationListing {
        guard let inspection = try inspection(of: tip, earlier: earlier) else {
            return MigrationListing(
                tip: tip, path: path.text, pathExists: false, folders: [],
                changes: try changes(in: history), problems: [try pathProblem(at: tip)],
                lockFile: nil, unknownBefore: boundary)
        }
        let folders = inspection.scripts.map { script in
            MigrationFolder(
                name: script.name, blob: script.blob, size: script.size, digests: script.digests,
                provenance: history.records[script.name]?.arrival.provenance)
        }
        return MigrationListing(
            tip: tip, path: path.text, pathExists: true, folders: folders,
            changes: try changes(in: history), problems: inspection.problems,
            lockFile: inspection.lockFile, unknownBefore: boundary)
    }

    /// `nil` when there is no folder at the path.
    private func inspection(
        of tip: ObjectID, earlier: MigrationListing?
    ) throws(GitError) -> FolderInspection? {
        guard let entry = try repository.treeEntry(path.components, at: tip),
            entry.kind == .folder
        else { return nil }
        let source = TreeSource(
            objects: repository.objects, root: try repository.objects.commit(tip).tree, path: path,
            tree: entry.id)
        let known = KnownScripts(earlier)
        return try FolderInspection(source, known: known.script)
    }

    private func pathProblem(at tip: ObjectID) throws(GitError) -> ListingProblem {
        if let entry = try repository.treeEntry(path.components, at: tip) {
            return ListingProblem(
                kind: .pathNotAFolder, folder: nil,
                detail:
                    "\(path.text) is a \(entry.kind.words) in commit \(tip.short), not a folder.")
        }
        return ListingProblem(
            kind: .pathAbsent, folder: nil,
            detail: "There is no folder \(path.text) in commit \(tip.short)." + elsewhere(tip))
    }

    /// Where they do lie, as in a monorepo whose file does not say so yet.
    private func elsewhere(_ tip: ObjectID) -> String {
        guard let found = try? repository.migrationsFolders(at: tip), let first = found.first
        else { return "" }
        let others = found.count > 1 ? ", or one of \(found.count - 1) others" : ""
        return " Migrations lie in \(first.path)\(others); sluice.yml names the folder with: "
            + "migrations: \(first.path)"
    }

    /// What matters at the tip, by folder and then by time.
    private func changes(in history: BranchHistory) throws(GitError) -> [FolderChange] {
        var changes: [FolderChange] = []
        let touched = history.records.filter { !$0.value.edits.isEmpty || $0.value.current == nil }
        for name in MigrationOrder.sorted(Array(touched.keys)) {
            guard let record = touched[name] else { continue }
            if let departure = record.departure {
                let newName = departure.newName.map { history.lastName(of: $0) }
                changes += [departure.change(of: name, newName: newName)].compactMap { $0 }
            } else if try isRealEdit(record) {
                changes += record.edits.compactMap { $0.change(of: name, newName: nil) }
            }
        }
        return changes
    }

    private func isRealEdit(_ record: BranchHistory.Record) throws(GitError) -> Bool {
        guard let current = record.current else { return false }
        return try fingerprint(record.original) != fingerprint(current)
    }
}

extension BranchHistory {
    /// Follows renames to the end; names may go round in a circle.
    fileprivate func lastName(of first: String) -> String {
        var name = first
        var seen: Set<String> = []
        while seen.insert(name).inserted, let next = records[name]?.departure?.newName {
            name = next
        }
        return name
    }
}

extension BranchHistory.Event {
    fileprivate func change(of folder: String, newName: String?) -> FolderChange? {
        arrival.provenance.map {
            FolderChange(
                kind: kind, folder: folder, newName: newName, from: from, to: to, provenance: $0)
        }
    }
}
