import CGit2

extension GitRepository {
    /// Merges `theirs` into `ours` with a merge commit, also where a fast-forward
    /// would do; without index and work tree. No branch points to it yet.
    ///
    /// Throws ``GitError``: `.mergeConflict` with the files in conflict.
    public func mergeCommit(
        of theirs: ObjectID, into ours: ObjectID, message: String, author: Signature? = nil
    ) throws -> ObjectID {
        let our = try commitHandle(ours)
        let their = try commitHandle(theirs)
        let (ourPointer, theirPointer) = (our.pointer, their.pointer)
        let index = try GitHandle("git_merge_commits", release: git_index_free) {
            git_merge_commits($0, pointer, ourPointer, theirPointer, nil)
        }
        guard git_index_has_conflicts(index.pointer) == 0 else {
            throw GitError(
                code: .mergeConflict, call: "git_merge_commits",
                message: "Merging \(theirs.short) into \(ours.short) conflicts in "
                    + Self.conflicts(in: index).joined(separator: ", ")
                    + "; merge by hand and commit.")
        }
        var tree = git_oid()
        try check(
            git_index_write_tree_to(&tree, index.pointer, pointer), "git_index_write_tree_to")
        return try writeCommit(
            tree: ObjectID(tree), parents: [ours, theirs], message: message,
            author: signatureHandle(author))
    }

    /// Merges a branch into another one, which must not be checked out, with a
    /// merge commit.
    ///
    /// Throws ``GitError``: `.mergeConflict`, and what
    /// ``advanceBranch(_:to:)`` throws.
    @discardableResult
    public func mergeBranch(
        _ source: String, into target: String, message: String? = nil, author: Signature? = nil
    ) throws -> ObjectID {
        let commit = try mergeCommit(
            of: branch(named: source).commit, into: branch(named: target).commit,
            message: message ?? "Merge branch '\(source)' into \(target)\n", author: author)
        try advanceBranch(target, to: commit)
        return commit
    }

    private static func conflicts(in index: borrowing GitHandle) -> [String] {
        let source = index.pointer
        let iterator: GitHandle
        do throws(GitError) {
            iterator = try GitHandle(
                "git_index_conflict_iterator_new", release: git_index_conflict_iterator_free
            ) { git_index_conflict_iterator_new($0, source) }
        } catch {
            return ["unknown files"]
        }
        var paths: [String] = []
        var base: UnsafePointer<git_index_entry>?
        var ours: UnsafePointer<git_index_entry>?
        var theirs: UnsafePointer<git_index_entry>?
        while git_index_conflict_next(&base, &ours, &theirs, iterator.pointer) == 0 {
            guard let entry = ours ?? theirs ?? base else { continue }
            paths.append(String(cString: entry.pointee.path))
        }
        return paths
    }
}
