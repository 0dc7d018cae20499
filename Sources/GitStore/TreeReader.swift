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
        var changes: [ScriptChange] = []
        for folder in try changedFolders(from: old, to: new) {
            let before = try folder.old.flatMap { (id) throws(GitError) in try script(inFolder: id)
            }
            let after = try folder.new.flatMap { (id) throws(GitError) in try script(inFolder: id) }
            if before != after {
                changes.append(ScriptChange(folder: folder.name, old: before, new: after))
            }
        }
        return changes
    }

    private typealias ChangedFolder = (name: String, old: ObjectID?, new: ObjectID?)

    private func changedFolders(
        from old: ObjectID?, to new: ObjectID?
    ) throws(GitError) -> [ChangedFolder] {
        guard let old else { return try Self.all(of: new, in: objects) { ($0, nil, $1) } }
        guard let new else { return try Self.all(of: old, in: objects) { ($0, $1, nil) } }
        return try objects.withTree(old) { (before) throws(GitError) in
            try objects.withTree(new) { (after) throws(GitError) in
                Self.merge(before, after)
            }
        }
    }

    private static func all(
        of tree: ObjectID?, in objects: ObjectDatabase,
        _ make: (String, ObjectID) -> ChangedFolder
    ) throws(GitError) -> [ChangedFolder] {
        guard let tree else { return [] }
        return try objects.withTree(tree) { (entries) throws(GitError) in
            entries.lazy.filter { $0.kind == .folder }.map { make($0.text, $0.id) }
        }
    }

    /// Both trees are sorted, so that one pass finds the differences.
    private static func merge(_ before: TreeEntries, _ after: TreeEntries) -> [ChangedFolder] {
        var (before, after) = (before, after)
        var changed: [ChangedFolder] = []
        var (old, new) = (before.nextFolder(), after.nextFolder())
        while old != nil || new != nil {
            if let first = old, let second = new {
                if first.precedesAsFolder(second) {
                    changed.append((first.text, first.id, nil))
                    old = before.nextFolder()
                } else if second.precedesAsFolder(first) {
                    changed.append((second.text, nil, second.id))
                    new = after.nextFolder()
                } else {
                    if !first.hasSameID(second) {
                        changed.append((second.text, first.id, second.id))
                    }
                    (old, new) = (before.nextFolder(), after.nextFolder())
                }
            } else if let first = old {
                changed.append((first.text, first.id, nil))
                old = before.nextFolder()
            } else if let second = new {
                changed.append((second.text, nil, second.id))
                new = after.nextFolder()
            }
        }
        return changed
    }
}

/// A folder whose script appeared, changed or went away between two trees.
struct ScriptChange {
    let folder: String
    let old: ObjectID?
    let new: ObjectID?
}

extension TreeEntries {
    fileprivate mutating func nextFolder() -> TreeEntry? {
        while let entry = next() {
            if entry.kind == .folder { return entry }
        }
        return nil
    }
}

extension TreeEntry {
    fileprivate var text: String { String(decoding: name, as: UTF8.self) }
}
