import GitStore

extension Workspace {
    /// The scripts that lie in the work tree and are not those of its commit: new ones and
    /// edited ones. None where something else than that commit is released.
    ///
    /// - Throws: `GitError`.
    func drafts(beside release: Release) throws -> [String: [UInt8]] {
        guard let repository, let tree = repository.workTree, options.migrationsDirectory == nil,
            try repository.headCommit() == release.commit
        else { return [:] }
        let path = "\(tree)/\(release.configuration.migrationsPath)"
        let committed = Dictionary(
            release.offered.migrations.map { ($0.name, $0.checksum) }, uniquingKeysWith: { $1 })
        let directory = MigrationDirectory(path: path)
        var drafts: [String: [UInt8]] = [:]
        for folder in try directory.listing().folders {
            // Git may check line ends out in another form than it keeps them in.
            if let checksum = committed[folder.name], folder.digests.matches(stored: checksum) {
                continue
            }
            drafts[folder.name] = try directory.script(named: folder.name)
        }
        return drafts
    }
}
