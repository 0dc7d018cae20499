import GitStore

/// The `sluice.yml` that `sluice init` proposes for a repository.
public struct ConfigurationTemplate: Sendable {
    public var migrationsPath: String
    public var stagingBranch: String
    public var productionBranch: String

    public init(migrationsPath: String, stagingBranch: String, productionBranch: String) {
        self.migrationsPath = migrationsPath
        self.stagingBranch = stagingBranch
        self.productionBranch = productionBranch
    }

    /// Looks at the repository: which branches there are, and where the
    /// migrations live.
    ///
    /// - Throws: `GitError`.
    public static func proposal(for workspace: Workspace) throws -> ConfigurationTemplate {
        let branches = try workspace.repository?.branches().map(\.name) ?? []
        func first(of candidates: [String]) -> String {
            candidates.first(where: branches.contains) ?? candidates[0]
        }
        let found = try workspace.repository.map(migrationsPath)
        return ConfigurationTemplate(
            migrationsPath: (found ?? nil) ?? "prisma/migrations",
            stagingBranch: first(of: ["staging", "develop", "development", "stage"]),
            productionBranch: first(of: ["main", "master", "production"]))
    }

    /// Where the checked-out commit has migrations; the usual folder, if it is one
    /// of several.
    private static func migrationsPath(_ repository: GitRepository) throws -> String? {
        let commit: ObjectID
        switch try repository.head() {
        case .branch(_, let tip), .detached(let tip): commit = tip
        case .unborn: return nil
        }
        let found = try repository.migrationsFolders(at: commit)
        return (found.first { $0.path == "prisma/migrations" } ?? found.first)?.path
    }

    /// The Prisma schema beside the migrations, where that is not the usual one.
    private var schemaLine: String {
        let folder = migrationsPath.split(separator: "/").dropLast().joined(separator: "/")
        return folder == "prisma" || folder.isEmpty ? "" : "\nschema: \(folder)/schema.prisma"
    }

    /// The file's text.
    public var text: String {
        """
        # sluice: carries the migrations of this repository through its environments.
        # “sluice check” validates this file; it counts once it is committed.
        migrations: \(migrationsPath)\(schemaLine)

        environments:
          dev:
            database: sandbox          # a private PostgreSQL, started on demand

          staging:
            branch: \(stagingBranch)
            database: ${STAGING_DATABASE_URL}
            smoke:
              - { name: database answers, sql: "select true" }

          production:
            branch: \(productionBranch)
            promotes_from: staging     # only what staging has proven
            database: ${PRODUCTION_DATABASE_URL}
            gates:
              upstream: { soak: 0 }    # for example 30m: how long it must have been in staging
              # review: { approvals: 1 }                 # sluice approve, by somebody else
              # backup: { file: /backups/latest.dump, max_age: 24h }
              # window: { allow: ["Mon-Thu 09:00-17:00 Europe/Berlin"] }
            smoke:
              - { name: database answers, sql: "select true" }
            deploy: { lock_timeout: 5s, lock_retries: 10 }

        """
    }
}
