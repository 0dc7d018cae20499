import CGit2

/// Reads raw objects.
///
/// The history walk needs two facts of each commit (tree and parents) and one
/// name of each tree. Reading them in place avoids the signatures, messages and
/// entry lists that `git_commit_lookup` and `git_tree_lookup` build.
final class ObjectDatabase {
    private let handle: GitHandle

    init(repository: borrowing GitHandle) throws(GitError) {
        let source = repository.pointer
        handle = try GitHandle("git_repository_odb", release: git_odb_free) {
            git_repository_odb($0, source)
        }
    }

    /// The bytes are valid only inside `body`.
    func withObject<Result>(
        _ id: ObjectID, kind: git_object_t,
        _ body: (UnsafeRawBufferPointer) throws(GitError) -> Result
    ) throws(GitError) -> Result {
        var oid = id.raw
        let object: GitHandle
        do throws(GitError) {
            object = try GitHandle("git_odb_read", release: git_odb_object_free) {
                git_odb_read($0, handle.pointer, &oid)
            }
        } catch {
            throw Self.explain(error, id)
        }
        guard git_odb_object_type(object.pointer) == kind else {
            throw GitError(
                code: .wrongKind, call: "git_odb_read",
                message: "The object \(id) is not of the expected kind.")
        }
        return try body(
            UnsafeRawBufferPointer(
                start: git_odb_object_data(object.pointer),
                count: git_odb_object_size(object.pointer)))
    }

    func contents(of blob: ObjectID) throws(GitError) -> [UInt8] {
        try withObject(blob, kind: GIT_OBJECT_BLOB) { (bytes) throws(GitError) in Array(bytes) }
    }

    func commit(_ id: ObjectID) throws(GitError) -> RawCommit {
        try withObject(id, kind: GIT_OBJECT_COMMIT) { (bytes) throws(GitError) in
            guard let commit = RawCommit(bytes) else {
                throw GitError(
                    code: .generic, call: "git_odb_read",
                    message: "The commit \(id) is damaged; run git fsck.")
            }
            return commit
        }
    }

    func withTree<Result>(
        _ id: ObjectID, _ body: (TreeEntries) throws(GitError) -> Result
    ) throws(GitError) -> Result {
        try withObject(id, kind: GIT_OBJECT_TREE) { (bytes) throws(GitError) in
            try body(TreeEntries(bytes: bytes))
        }
    }

    func entry(
        named name: String, in tree: ObjectID
    ) throws(GitError) -> (id: ObjectID, kind: EntryKind)? {
        try withTree(tree) { (entries) throws(GitError) in
            entries.first(named: name).map { ($0.id, $0.kind) }
        }
    }

    private static func explain(_ error: GitError, _ id: ObjectID) -> GitError {
        guard error.code == .notFound else { return error }
        return error.explained(
            "The object \(id) is missing from the repository; if it is a partial or shallow clone, "
                + "fetch the rest (git fetch --unshallow, or --refetch --filter=blob:limit=1g), "
                + "else run git fsck.")
    }
}
