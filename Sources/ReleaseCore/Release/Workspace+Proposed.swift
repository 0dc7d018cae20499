import GitStore

extension Workspace {
    /// What would be released if the configuration file at hand were committed.
    ///
    /// - Parameters:
    ///   - environment: as the file at hand has it.
    ///   - release: as its commit has it.
    /// - Returns: the same where both agree, or where the file at hand governs anyway.
    /// - Throws: `GitError`.
    func proposed(_ environment: EnvironmentConfiguration, instead release: Release) throws
        -> Release
    {
        guard options.configurationFile == nil, hasConfigurationFile, let repository,
            let commit = release.commit, configuration != release.configuration
        else { return release }
        var proposed = release
        proposed.environment = environment
        proposed.configuration = configuration
        if configuration.migrationsPath != release.configuration.migrationsPath {
            let listing = try repository.migrations(in: configuration.migrationsPath, at: commit)
            proposed.offered = BranchMigrations(listing, branch: release.offered.branch)
            proposed.blobs = Dictionary(
                listing.folders.map { ($0.name, $0.blob) }, uniquingKeysWith: { $1 })
        }
        return proposed
    }
}
