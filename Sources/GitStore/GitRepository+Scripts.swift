extension GitRepository {
    /// The blobs of `migration.sql` at a commit, by the name of their folder;
    /// nothing of their history, which takes longer to read.
    ///
    /// Throws ``GitError`` when objects are missing or the path leads out of the
    /// repository.
    public func scripts(in path: String, at commit: ObjectID) throws -> [String: ObjectID] {
        let trees = TreeReader(objects: objects, path: try RepositoryPath(path))
        let folder = try trees.migrationsTree(inRoot: objects.commit(commit).tree)
        var scripts: [String: ObjectID] = [:]
        for change in try trees.changedScripts(from: nil, to: folder) {
            scripts[change.folder] = change.new
        }
        return scripts
    }

    /// The blob of a file at a commit; `nil` when there is none.
    ///
    /// Throws ``GitError`` when objects are missing or the path leads out of the
    /// repository.
    public func blob(at path: String, in commit: ObjectID) throws -> ObjectID? {
        let entry = try treeEntry(try RepositoryPath(path).components, at: commit)
        return entry?.kind == .file ? entry?.id : nil
    }

    /// The commit a reference such as `MERGE_HEAD` or `ORIG_HEAD` names; `nil`
    /// when there is none.
    ///
    /// Throws ``GitError`` when it is damaged.
    public func commit(ofReference name: String) throws -> ObjectID? {
        try tip(of: name)?.commit
    }
}
