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
    /// - Returns: the authors of all commits that gave the file other contents.
    /// - Throws: ``GitError`` when objects are missing.
    public func contributors(to path: String, upTo commit: ObjectID) throws -> [Signature] {
        var open = [commit]
        var seen: Set<ObjectID> = [commit]
        var authors: [Signature] = []
        while let id = open.popLast() {
            guard let blob = try self.blob(at: path, in: id) else { continue }
            let summary = try self.commit(id)
            let before = try summary.parents.map { try self.blob(at: path, in: $0) }
            if !before.contains(blob) { authors.append(summary.author) }
            for parent in summary.parents where seen.insert(parent).inserted {
                open.append(parent)
            }
        }
        return authors
    }
}
