/// Finds the migrations folder and its scripts in trees, remembering what it
/// has seen, since most trees of a history repeat.
final class TreeReader {
    let objects: ObjectDatabase
    private let path: [String]
    /// For each component of the path, the last tree that was searched and what
    /// was found: neighbouring commits share all trees but the root's.
    private var lastTree: [ObjectID?]
    private var lastFolder: [ObjectID?]
    private var scripts: [ObjectID: ObjectID?] = [:]
    /// A merge differs from its first parent as the merged branch does, mostly.
    private var differences: [TreePair: [ScriptChange]] = [:]
    private var recent: [(id: ObjectID, tree: RawObject)] = []

    init(objects: ObjectDatabase, path: RepositoryPath) {
        self.objects = objects
        self.path = path.components
        lastTree = Array(repeating: nil, count: path.components.count)
        lastFolder = lastTree
    }

    /// The tree of the migrations folder; `nil` when there is no such folder.
    func migrationsTree(inRoot root: ObjectID) throws(GitError) -> ObjectID? {
        var tree = root
        for (level, name) in path.enumerated() {
            if lastTree[level] != tree {
                let entry = try objects.entry(named: name, in: tree)
                lastFolder[level] = entry?.kind == .folder ? entry?.id : nil
                lastTree[level] = tree
            }
            guard let next = lastFolder[level] else { return nil }
            tree = next
        }
        return tree
    }

    /// The blob of `migration.sql` in the tree of one folder; only a regular
    /// file counts.
    func script(inFolder tree: ObjectID) throws(GitError) -> ObjectID? {
        if let known = scripts[tree] { return known }
        let entry = try objects.entry(named: FolderInspection.scriptName, in: tree)
        let script = entry?.kind == .file ? entry?.id : nil
        scripts[tree] = .some(script)
        return script
    }

    /// The folders whose script differs between two migrations trees.
    func changedScripts(
        from old: ObjectID?, to new: ObjectID?
    ) throws(GitError) -> [ScriptChange] {
        guard old != new else { return [] }
        let pair = TreePair(old: old, new: new)
        if let known = differences[pair] { return known }
        var changes: [ScriptChange] = []
        for folder in try changedFolders(pair) {
            let before = try folder.old.flatMap { (id) throws(GitError) in
                try script(inFolder: id)
            }
            let after = try folder.new.flatMap { (id) throws(GitError) in
                try script(inFolder: id)
            }
            if before != after {
                changes.append(ScriptChange(folder: folder.name, old: before, new: after))
            }
        }
        differences[pair] = changes
        return changes
    }

    private func changedFolders(_ pair: TreePair) throws(GitError) -> [ChangedFolder] {
        let (old, new) = (try pair.old.map(tree), try pair.new.map(tree))
        return Self.withEntries(old) { before in
            Self.withEntries(new) { after in ChangedFolder.between(before, after) }
        }
    }

    private static func withEntries<Result>(
        _ tree: RawObject?, _ body: (TreeEntries) -> Result
    ) -> Result {
        guard let tree else {
            return body(TreeEntries(bytes: UnsafeRawBufferPointer(start: nil, count: 0)))
        }
        return tree.withBytes { body(TreeEntries(bytes: $0)) }
    }

    /// The trees of neighbouring commits are compared one after the other, so
    /// that each is needed twice within a short time.
    private func tree(_ id: ObjectID) throws(GitError) -> RawObject {
        if let known = recent.first(where: { $0.id == id }) { return known.tree }
        let tree = try objects.tree(id)
        if recent.count == 4 { recent.removeFirst() }
        recent.append((id, tree))
        return tree
    }

    private struct TreePair: Hashable {
        let old: ObjectID?
        let new: ObjectID?
    }
}

/// A folder whose script appeared, changed or went away between two trees.
struct ScriptChange {
    let folder: String
    let old: ObjectID?
    let new: ObjectID?
}
