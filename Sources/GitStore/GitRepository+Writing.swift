import CGit2

extension GitRepository {
    /// Creates a branch with one new commit on top of `parent`.
    ///
    /// Writes blobs, trees, the commit and the branch; index and work tree stay
    /// as they are. A file that exists keeps its mode, new ones are ordinary
    /// files. What `removing` names, files or whole folders, goes. Without `author`
    /// it is the person in Git's configuration.
    ///
    /// Throws ``GitError``: `.exists` when there is such a branch, `.invalidName`
    /// for a name Git does not accept, `.notFound` when nobody is configured.
    public func createBranch(
        _ name: String, at parent: ObjectID, files: [String: [UInt8]], removing: [String] = [],
        message: String, author: Signature? = nil
    ) throws -> ObjectID {
        try requireNewBranch(name)
        let commit = try self.commit(
            files, removing: removing, on: parent, message: message, author: author)
        try createBranch(name, at: commit)
        return commit
    }

    /// Creates a branch that points to an existing commit.
    ///
    /// Throws ``GitError``: `.exists`, `.invalidName`.
    public func createBranch(_ name: String, at commit: ObjectID) throws {
        try requireNewBranch(name)
        var oid = commit.raw
        // Not forced, so that a branch which appears meanwhile is safe too.
        _ = try GitHandle("git_reference_create", release: git_reference_free) {
            git_reference_create(
                $0, pointer, "refs/heads/\(name)", &oid, 0, "branch: created by sluice")
        }
    }

    /// Writes a commit with changed files, and without what `removing` names; no
    /// branch points to it yet.
    ///
    /// Throws ``GitError``: `.notFound` when the parent or what is to be removed is
    /// missing, or nobody is configured as author, `.invalidName` for an impossible path.
    public func commit(
        _ files: [String: [UInt8]], removing: [String] = [], on parent: ObjectID,
        message: String, author: Signature? = nil
    ) throws -> ObjectID {
        let parentCommit = try commitHandle(parent)
        let source = parentCommit.pointer
        let base = try GitHandle("git_commit_tree", release: git_tree_free) {
            git_commit_tree($0, source)
        }
        let signature = try signatureHandle(author)
        let tree = try write(files, removing: removing, onto: base)
        return try writeCommit(tree: tree, parents: [parent], message: message, author: signature)
    }

    /// Moves a branch forward to a commit that contains it.
    ///
    /// The branch must not be checked out in any worktree, whose files would then
    /// seem to be changed.
    ///
    /// Throws ``GitError``: `.notFastForward` when commits would be lost,
    /// `.checkedOut`, `.modified` when somebody moved it meanwhile.
    public func advanceBranch(_ name: String, to commit: ObjectID) throws {
        let full = "refs/heads/\(name)"
        let reference: GitHandle
        do throws(GitError) {
            reference = try GitHandle("git_reference_lookup", release: git_reference_free) {
                git_reference_lookup($0, pointer, full)
            }
        } catch {
            throw error.explained("There is no local branch \(name) to move.")
        }
        guard git_branch_is_checked_out(reference.pointer) == 0 else {
            throw GitError(
                code: .checkedOut, call: "git_branch_is_checked_out",
                message: "The branch \(name) is checked out and is not moved under its work tree; "
                    + "merge there, or check out another branch first.")
        }
        let old = try self.commit(of: reference)
        guard try isAncestor(old, of: commit) else {
            throw GitError(
                code: .notFastForward, call: "git_reference_create_matching",
                message: "The branch \(name) at \(old.short) is not contained in \(commit.short); "
                    + "moving it would lose commits.")
        }
        var (new, expected) = (commit.raw, old.raw)
        _ = try GitHandle("git_reference_create_matching", release: git_reference_free) {
            git_reference_create_matching(
                $0, pointer, full, &new, 1, &expected, "branch: moved by sluice")
        }
    }

    private func requireNewBranch(_ name: String) throws(GitError) {
        var isValid: Int32 = 0
        try check(git_branch_name_is_valid(&isValid, name), "git_branch_name_is_valid")
        guard isValid == 1 else {
            throw GitError(
                code: .invalidName, call: "git_branch_name_is_valid",
                message: "Git does not accept \(name) as the name of a branch.")
        }
        var oid = git_oid()
        guard git_reference_name_to_id(&oid, pointer, "refs/heads/\(name)") != 0 else {
            throw GitError(
                code: .exists, call: "git_reference_create",
                message: "There is a branch \(name) already, at \(ObjectID(oid).short); "
                    + "it is never overwritten.")
        }
    }

    private func write(
        _ files: [String: [UInt8]], removing: [String], onto base: borrowing GitHandle
    ) throws(GitError) -> ObjectID {
        var updates: [TreeUpdate] = []
        for (path, contents) in files.sorted(by: { $0.key < $1.key }) {
            let path = try RepositoryPath(path).text
            let mode = try mode(of: path, in: base)
            updates.append(
                TreeUpdate(
                    path: path, action: GIT_TREE_UPDATE_UPSERT, blob: try writeBlob(contents),
                    mode: mode))
        }
        for path in removing {
            updates.append(
                TreeUpdate(
                    path: try RepositoryPath(path).text, action: GIT_TREE_UPDATE_REMOVE,
                    blob: git_oid(), mode: GIT_FILEMODE_UNREADABLE))
        }
        return try Self.withTreeUpdates(updates) { (list) throws(GitError) in
            var tree = git_oid()
            try check(
                git_tree_create_updated(&tree, pointer, base.pointer, list.count, list.baseAddress),
                "git_tree_create_updated")
            return ObjectID(tree)
        }
    }

    /// What becomes of one path.
    private struct TreeUpdate {
        var path: String
        var action: git_tree_update_t
        var blob: git_oid
        var mode: git_filemode_t
    }

    /// Gives the paths an address that lasts as long as `body`.
    private static func withTreeUpdates<Result>(
        _ updates: [TreeUpdate],
        _ body: (UnsafeBufferPointer<git_tree_update>) throws(GitError) -> Result
    ) throws(GitError) -> Result {
        let paths = updates.map { $0.path.utf8CString }
        let starts = paths.map(\.count).reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
        let characters = paths.flatMap { $0 }
        return try characters.withUnsafeBufferPointer { (characters) throws(GitError) in
            let list = zip(updates, starts).map { update, start in
                git_tree_update(
                    action: update.action, id: update.blob, filemode: update.mode,
                    path: characters.baseAddress.map { $0 + start })
            }
            return try list.withUnsafeBufferPointer(body)
        }
    }

    private func writeBlob(_ contents: [UInt8]) throws(GitError) -> git_oid {
        var blob = git_oid()
        try check(
            git_blob_create_from_buffer(&blob, pointer, contents, contents.count),
            "git_blob_create_from_buffer")
        return blob
    }

    /// An executable file stays executable; anything that is no file is refused.
    private func mode(
        of path: String, in tree: borrowing GitHandle
    ) throws(GitError) -> git_filemode_t {
        let source = tree.pointer
        let entry: GitHandle
        do throws(GitError) {
            entry = try GitHandle("git_tree_entry_bypath", release: git_tree_entry_free) {
                git_tree_entry_bypath($0, source, path)
            }
        } catch {
            guard error.code == .notFound else { throw error }
            return GIT_FILEMODE_BLOB
        }
        let mode = git_tree_entry_filemode(entry.pointer)
        guard mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE else {
            throw GitError(
                code: .invalidName, call: "git_tree_entry_filemode",
                message: "\(path) exists and is no ordinary file; it is not replaced.")
        }
        return mode
    }
}
