extension GitRepository {
    /// Who changed a file inside the branch that a merge brought, besides the
    /// commit that added it.
    ///
    /// Goes back only as far as the file is there, so that a migration costs the
    /// commits made since it was added.
    ///
    /// - Parameters:
    ///   - path: of the file, inside the repository.
    ///   - commit: the merge, or the commit that brought the file itself.
    /// - Returns: the authors of all commits that gave the file other contents, and who
    ///   committed those that are no merges.
    /// - Throws: ``GitError`` when objects are missing, or when a shallow clone ends too early.
    public func contributors(to path: String, upTo commit: ObjectID) throws -> [Signature] {
        let shallow = ShallowBoundary(commonDirectory: commonDirectory)
        var open = [commit]
        var seen: Set<ObjectID> = [commit]
        var authors: [Signature] = []
        while let id = open.popLast() {
            guard let blob = try self.blob(at: path, in: id) else { continue }
            let summary = try self.commit(id)
            guard !shallow.contains(id) else { throw Self.ended(at: id, path) }
            let before = try summary.parents.map { try self.blob(at: path, in: $0) }
            if !before.contains(blob) {
                authors.append(summary.author)
                // Whoever committed another one's words had them in hand; a merge only
                // brings them.
                if summary.parents.count < 2, summary.committer.email != Self.webCommitter {
                    authors.append(summary.committer)
                }
            }
            for parent in summary.parents where seen.insert(parent).inserted {
                open.append(parent)
            }
        }
        return authors
    }

    /// Commits what people merge and edit on the web.
    private static let webCommitter = "noreply@github.com"

    private static func ended(at commit: ObjectID, _ path: String) -> GitError {
        GitError(
            code: .notFound, call: "git_commit_lookup",
            message: "This clone is shallow and ends at \(commit.short), before it is known who "
                + "wrote \(path); run git fetch --unshallow.")
    }
}
