import CGit2

extension GitRepository {
    /// The given author, or the person in Git's configuration.
    func signatureHandle(_ author: Signature?) throws(GitError) -> SignatureHandle {
        var created: UnsafeMutablePointer<git_signature>?
        let status: Int32
        if let author {
            status = git_signature_new(
                &created, author.name, author.email, author.when.seconds, author.when.offsetMinutes)
        } else {
            status = git_signature_default(&created, pointer)
        }
        do throws(GitError) {
            try check(status, author == nil ? "git_signature_default" : "git_signature_new")
        } catch {
            guard author == nil else { throw error }
            throw GitError(
                code: .notFound, call: error.call,
                message: "Git does not know who commits; set it with: "
                    + "git config user.name NAME && git config user.email ADDRESS")
        }
        guard let created else { throw GitError.noResult("git_signature_new") }
        return SignatureHandle(pointer: created)
    }

    /// The person in Git's configuration; `nil` where it names nobody.
    public var person: Signature? {
        guard let handle = try? signatureHandle(nil) else { return nil }
        return Signature(handle.pointer)
    }

    /// Writes a commit object; no reference is touched.
    func writeCommit(
        tree: ObjectID, parents: [ObjectID], message: String,
        author: borrowing SignatureHandle
    ) throws(GitError) -> ObjectID {
        var treeID = tree.raw
        let treeHandle = try GitHandle("git_tree_lookup", release: git_tree_free) {
            git_tree_lookup($0, pointer, &treeID)
        }
        // Handles cannot be stored in an array, so that ownership of the parents'
        // objects is kept by hand for the length of the call.
        var commits: [OpaquePointer?] = []
        defer { commits.forEach(git_commit_free) }
        for parent in parents {
            var commit: OpaquePointer?
            var oid = parent.raw
            try check(git_commit_lookup(&commit, pointer, &oid), "git_commit_lookup")
            commits.append(commit)
        }
        var created = git_oid()
        try check(
            git_commit_create(
                &created, pointer, nil, author.pointer, author.pointer, "UTF-8", message,
                treeHandle.pointer, commits.count, &commits),
            "git_commit_create")
        return ObjectID(created)
    }
}

/// Owns a `git_signature`, which is no opaque object.
struct SignatureHandle: ~Copyable {
    let pointer: UnsafeMutablePointer<git_signature>

    deinit {
        git_signature_free(pointer)
    }
}

extension ObjectID {
    /// The name Git gives to a file with these contents.
    init(ofBlob contents: [UInt8]) throws(GitError) {
        GitLibrary.start()
        var oid = git_oid()
        try check(
            git_odb_hash(&oid, contents, contents.count, GIT_OBJECT_BLOB), "git_odb_hash")
        self.init(oid)
    }
}
