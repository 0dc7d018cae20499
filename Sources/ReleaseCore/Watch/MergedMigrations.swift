import GitStore

/// The migrations that the environments' branches have, as far as this clone knows
/// without asking anybody: they are shared, so nobody may change them any more.
struct MergedMigrations {
    /// One copy of an environment's branch.
    struct Copy {
        var environment: String
        /// `origin/staging`, `staging`.
        var name: String
        var scripts: [String: ObjectID]

        /// In words, for messages.
        var place: String { "\(name), which feeds \(environment)" }
    }

    var copies: [Copy]

    /// Reads the branches of the environments.
    ///
    /// What is only on the branch that is checked out, and was pushed nowhere, is
    /// still its author's own: that branch counts as its remote has it.
    ///
    /// - Throws: `GitError`.
    init(_ repository: GitRepository, _ configuration: Configuration) throws {
        let head = try repository.head()
        var read: [ObjectID: [String: ObjectID]] = [:]
        var copies: [Copy] = []
        for environment in configuration.environments {
            guard let branch = environment.branch else { continue }
            var tips = try repository.copies(ofBranch: branch)
            if case .branch(branch, _) = head, tips.count > 1 {
                tips.removeAll { !$0.isRemoteTracking }
            }
            // What a remote has says more to a reader than a local copy of it.
            for tip in tips.filter(\.isRemoteTracking) + tips.filter({ !$0.isRemoteTracking }) {
                let scripts =
                    try read[tip.commit]
                    ?? repository.scripts(in: configuration.migrationsPath, at: tip.commit)
                read[tip.commit] = scripts
                copies.append(
                    Copy(
                        environment: environment.name, name: Self.shortName(tip.reference),
                        scripts: scripts))
            }
        }
        self.copies = copies
    }

    /// The first branch that has a migration.
    func copy(having name: String) -> Copy? {
        copies.first { $0.scripts[name] != nil }
    }

    /// The migration that is applied last of all, and where it is.
    var newest: (name: String, copy: Copy)? {
        let all = copies.flatMap { copy in copy.scripts.keys.map { (name: $0, copy: copy) } }
        return all.max { MigrationOrder.precedes($0.name, $1.name) }
    }

    private static func shortName(_ reference: String) -> String {
        let parts = reference.split(separator: "/", omittingEmptySubsequences: false)
        return parts.dropFirst(2).joined(separator: "/")
    }
}
