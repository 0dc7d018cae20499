import CGit2

extension GitRepository {
    /// Resolves a revision such as `HEAD~2`, a tag or an abbreviated id.
    ///
    /// Throws ``GitError``: `.notFound`, `.ambiguous`, or `.wrongKind` when it
    /// names something that is no commit.
    public func commit(at revision: String) throws -> CommitSummary {
        let object: GitHandle
        do throws(GitError) {
            object = try GitHandle("git_revparse_single", release: git_object_free) {
                git_revparse_single($0, pointer, revision)
            }
        } catch {
            throw error.explained("The revision \(revision) cannot be resolved: \(error.message)")
        }
        let source = object.pointer
        let commit = try GitHandle("git_object_peel", release: git_object_free) {
            git_object_peel($0, source, GIT_OBJECT_COMMIT)
        }
        return try CommitSummary(commit)
    }

    /// Reads a commit by its id.
    ///
    /// Throws ``GitError`` when the repository does not have it.
    public func commit(_ id: ObjectID) throws -> CommitSummary {
        try CommitSummary(commitHandle(id))
    }

    /// Whether `a` is reachable from `b`; a commit is its own ancestor.
    ///
    /// Throws ``GitError`` when a commit is missing, or when a shallow clone
    /// ends before the question can be answered.
    public func isAncestor(_ a: ObjectID, of b: ObjectID) throws -> Bool {
        if a == b { return true }
        if isShallow { return try isAncestorInShallowClone(a, of: b) }
        var ancestor = a.raw
        var commit = b.raw
        return try check(
            git_graph_descendant_of(pointer, &commit, &ancestor), "git_graph_descendant_of") == 1
    }

    /// libgit2 1.5 does not know that a shallow clone ends somewhere.
    private func isAncestorInShallowClone(_ a: ObjectID, of b: ObjectID) throws(GitError) -> Bool {
        let boundary = ShallowBoundary(commonDirectory: commonDirectory)
        var seen: Set<ObjectID> = [b]
        var open = [b]
        while let id = open.popLast() {
            if id == a { return true }
            guard !boundary.contains(id) else { continue }
            for parent in try objects.commit(id).parents where seen.insert(parent).inserted {
                open.append(parent)
            }
        }
        guard seen.isDisjoint(with: boundary.commits) else {
            throw GitError(
                code: .notFound, call: "git_graph_descendant_of",
                message: "This clone is shallow and ends before it is known whether "
                    + "\(a.short) is an ancestor of \(b.short); run git fetch --unshallow.")
        }
        return false
    }

    /// The contents of a file in a commit; `nil` when there is none.
    ///
    /// Throws ``GitError``: `.wrongKind` when the path is a folder, a symbolic
    /// link or a submodule.
    public func file(_ path: String, at commit: ObjectID) throws -> [UInt8]? {
        let components = try RepositoryPath(path).components
        guard let entry = try treeEntry(components, at: commit) else { return nil }
        guard entry.kind == .file else {
            throw GitError(
                code: .wrongKind, call: "git_tree_entry_bypath",
                message: "\(path) is a \(entry.kind.words) in commit \(commit.short), not a file.")
        }
        return try script(entry.id)
    }

    /// The names of the ordinary files in a folder of a commit; `nil` where the
    /// path is no folder.
    ///
    /// Throws ``GitError`` when the commit cannot be read.
    public func fileNames(in folder: String, at commit: ObjectID) throws -> [String]? {
        let components = try RepositoryPath(folder).components
        guard let entry = try treeEntry(components, at: commit), entry.kind == .folder else {
            return nil
        }
        return try objects.tree(entry.id).withBytes { bytes in
            TreeEntries(bytes: bytes).filter { $0.kind == .file }.map {
                String(decoding: $0.name, as: UTF8.self)
            }
        }
    }

    /// The contents of a blob, such as a migration's script.
    ///
    /// Throws ``GitError`` when the repository does not have it.
    public func script(_ blob: ObjectID) throws -> [UInt8] {
        try objects.contents(of: blob)
    }

    func treeEntry(
        _ components: [String], at commit: ObjectID
    ) throws(GitError) -> (id: ObjectID, kind: EntryKind)? {
        let root = try objects.commit(commit).tree
        var found: (id: ObjectID, kind: EntryKind) = (root, .folder)
        for name in components {
            guard found.kind == .folder else { return nil }
            guard let next = try objects.entry(named: name, in: found.id) else { return nil }
            found = next
        }
        return found
    }

    func commitHandle(_ id: ObjectID) throws(GitError) -> GitHandle {
        var oid = id.raw
        return try GitHandle("git_commit_lookup", release: git_commit_free) {
            git_commit_lookup($0, pointer, &oid)
        }
    }
}
