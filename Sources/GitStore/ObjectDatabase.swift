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

    func object(_ id: ObjectID, kind: git_object_t) throws(GitError) -> RawObject {
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
        return RawObject(object)
    }

    func contents(of blob: ObjectID) throws(GitError) -> [UInt8] {
        try object(blob, kind: GIT_OBJECT_BLOB).withBytes { Array($0) }
    }

    func commit(_ id: ObjectID) throws(GitError) -> RawCommit {
        let object = try object(id, kind: GIT_OBJECT_COMMIT)
        guard let commit = object.withBytes({ RawCommit($0) }) else {
            throw GitError(
                code: .generic, call: "git_odb_read",
                message: "The commit \(id) is damaged; run git fsck.")
        }
        return commit
    }

    func tree(_ id: ObjectID) throws(GitError) -> RawObject {
        try object(id, kind: GIT_OBJECT_TREE)
    }

    func entry(
        named name: String, in tree: ObjectID
    ) throws(GitError) -> (id: ObjectID, kind: EntryKind)? {
        try self.tree(tree).withBytes { bytes in
            TreeEntries(bytes: bytes).first(named: name).map { ($0.id, $0.kind) }
        }
    }

    private static func explain(_ error: GitError, _ id: ObjectID) -> GitError {
        guard error.code == .notFound else { return error }
        return error.explained(
            "The object \(id) is missing from the repository. If this is a partial clone "
                + "(--filter), get everything with: git fetch --refetch --no-filter; "
                + "else run git fsck.")
    }
}

/// One object as it is stored, unpacked.
final class RawObject {
    private let handle: GitHandle

    init(_ handle: consuming GitHandle) {
        self.handle = handle
    }

    /// The bytes are valid only inside `body`.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(
            UnsafeRawBufferPointer(
                start: git_odb_object_data(handle.pointer),
                count: git_odb_object_size(handle.pointer)))
    }
}
