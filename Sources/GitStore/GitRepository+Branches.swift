import CGit2

extension GitRepository {
    /// Finds a branch by its short name.
    ///
    /// The local branch wins; else `origin`'s copy of it, else the copy of the
    /// only remote that has one. `origin/main` and full reference names work too.
    ///
    /// Throws ``GitError``: `.notFound` with the nearest names, `.ambiguous` when
    /// several remotes have it, `.unbornBranch` when it has no commit yet.
    public func branch(named name: String) throws -> BranchTip {
        for reference in Self.candidates(for: name) {
            if let tip = try tip(of: reference) { return tip }
        }
        let others = try branches().filter { $0.isRemoteTracking && $0.name == name }
        guard let only = others.first else { throw try noSuchBranch(name) }
        guard others.count == 1 else {
            throw GitError(
                code: .ambiguous, call: "git_reference_lookup",
                message: "There is no local branch \(name), and several remotes have one: "
                    + others.map(\.reference).joined(separator: ", ")
                    + "; create the local branch, or name one of these.")
        }
        return only
    }

    /// Every local and remote-tracking branch, by reference name.
    ///
    /// Throws ``GitError`` when the references cannot be read.
    public func branches() throws -> [BranchTip] {
        let iterator = try GitHandle(
            "git_reference_iterator_new", release: git_reference_iterator_free
        ) { git_reference_iterator_new($0, pointer) }
        var names: [String] = []
        var next: UnsafePointer<CChar>?
        while git_reference_next_name(&next, iterator.pointer) == 0, let name = next {
            names.append(String(cString: name))
        }
        return try names.sorted().compactMap { name in
            guard !name.hasSuffix("/HEAD") else { return nil }
            guard name.hasPrefix("refs/heads/") || name.hasPrefix("refs/remotes/") else {
                return nil
            }
            return try tip(of: name)
        }
    }

    /// Every copy of a branch: the local one first, then what each remote was seen
    /// to have. No network is used; no copy at all is no error.
    ///
    /// Throws ``GitError`` when the references cannot be read.
    public func copies(ofBranch name: String) throws -> [BranchTip] {
        let remotes = try remoteNames().map { "refs/remotes/\($0)/\(name)" }
        return try (["refs/heads/\(name)"] + remotes).compactMap { try tip(of: $0) }
    }

    /// The configured remotes, `origin` first.
    ///
    /// Throws ``GitError`` when the configuration cannot be read.
    public func remoteNames() throws -> [String] {
        var list = git_strarray()
        try check(git_remote_list(&list, pointer), "git_remote_list")
        defer { git_strarray_dispose(&list) }
        let names = (0..<list.count).compactMap { list.strings?[$0].map { String(cString: $0) } }
        return names.filter { $0 == "origin" } + names.filter { $0 != "origin" }
    }

    private static func candidates(for name: String) -> [String] {
        var candidates = ["refs/heads/\(name)", "refs/remotes/origin/\(name)"]
        if name.hasPrefix("refs/") { candidates.insert(name, at: 0) }
        if name.contains("/") { candidates.append("refs/remotes/\(name)") }
        return candidates
    }

    func tip(of reference: String) throws(GitError) -> BranchTip? {
        do throws(GitError) {
            let found = try GitHandle("git_reference_lookup", release: git_reference_free) {
                git_reference_lookup($0, pointer, reference)
            }
            return BranchTip(
                name: Self.shortName(reference), reference: reference,
                isRemoteTracking: git_reference_is_remote(found.pointer) == 1,
                commit: try commit(of: found))
        } catch {
            // A name that Git forbids names no branch.
            if error.call == "git_reference_lookup",
                error.code == .notFound || error.code == .invalidName
            {
                return nil
            }
            throw error
        }
    }

    private static func shortName(_ reference: String) -> String {
        let parts = reference.split(separator: "/", omittingEmptySubsequences: false)
        let dropped = reference.hasPrefix("refs/remotes/") ? 3 : 2
        return parts.dropFirst(dropped).joined(separator: "/")
    }

    private func noSuchBranch(_ name: String) throws -> GitError {
        if case .unborn(let unborn) = try head(), unborn == name || isEmpty {
            return GitError(
                code: .unbornBranch, call: "git_reference_lookup",
                message: "The branch \(name) has no commit yet; commit something first.")
        }
        let names = Set(try branches().map(\.name))
        let nearest = names.sorted {
            let (first, second) = (name.editDistance(to: $0), name.editDistance(to: $1))
            return first == second ? $0 < $1 : first < second
        }
        let shown = nearest.prefix(8).joined(separator: ", ")
        let more = nearest.count > 8 ? " and \(nearest.count - 8) more" : ""
        let known =
            nearest.isEmpty ? "there are none at all" : "the nearest branches are: \(shown)\(more)"
        return GitError(
            code: .notFound, call: "git_reference_lookup",
            message: "There is no branch \(name), neither local nor of a remote; \(known).")
    }
}

extension String {
    /// Levenshtein's distance, to suggest the branch that was meant.
    fileprivate func editDistance(to other: String) -> Int {
        let target = Array(other.unicodeScalars)
        var row = Array(0...target.count)
        for (index, character) in unicodeScalars.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in target.indices {
                let substitution = diagonal + (target[column] == character ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = Swift.min(substitution, diagonal + 1, row[column] + 1)
            }
        }
        return row[target.count]
    }
}
