import GitStore
import PostgresLink

extension UpstreamEvidence {
    /// Asks the upstream's database.
    static func read(
        _ upstream: EnvironmentConfiguration, _ names: [String], _ options: WorkspaceOptions,
        repository: String?
    ) -> UpstreamEvidence {
        var evidence = UpstreamEvidence(
            name: upstream.name, state: nil, failure: nil, hasSmokeChecks: !upstream.smoke.isEmpty)
        do {
            let link = try EnvironmentLink(upstream, options, repository: repository)
            // Evidence from another environment's database proves nothing.
            try link.checkIdentity()
            if link.state.ledger != nil {
                evidence.deployed = try deployed(names, link.session)
            }
            evidence.state = link.state
        } catch {
            evidence.failure = "\(error)"
        }
        return evidence
    }

    private static func deployed(
        _ names: [String], _ session: PostgresSession
    ) throws -> [String: Deployed] {
        guard !names.isEmpty else { return [:] }
        let list = names.map { Quoting.literal($0) }.joined(separator: ", ")
        let result = try session.execute(
            """
            SELECT s.migration, s.checksum, d.commit
              FROM _sluice.steps s JOIN _sluice.deployments d ON d.id = s.deployment
             WHERE s.outcome = 'applied' AND s.migration IN (\(list)) ORDER BY s.id
            """)
        var deployed: [String: Deployed] = [:]
        for row in result.last?.rows ?? [] {
            deployed[row[0] ?? ""] = Deployed(checksum: row[1] ?? "", commit: row[2])
        }
        return deployed
    }
}

/// Checks that what was deployed to the upstream came from commits that contain it.
struct UpstreamProof {
    private let workspace: Workspace
    private let release: Release

    init(_ workspace: Workspace, _ release: Release) {
        self.workspace = workspace
        self.release = release
    }

    /// A plain folder has no commits to look into.
    func complete(_ evidence: inout UpstreamEvidence?) throws {
        guard let repository = workspace.repository, let deployed = evidence?.deployed else {
            return
        }
        let wanted = Dictionary(
            release.offered.migrations.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        for (name, deployment) in deployed {
            guard let migration = wanted[name] else { continue }
            evidence?.deployed[name]?.objection = objection(migration, deployment, repository)
        }
    }

    private func objection(
        _ migration: Migration, _ deployed: UpstreamEvidence.Deployed, _ repository: GitRepository
    ) -> String? {
        guard let digits = deployed.commit, let commit = ObjectID(hex: digits) else {
            return "not from a commit"
        }
        do {
            let path = "\(release.configuration.migrationsPath)/\(migration.name)/migration.sql"
            guard let script = try repository.file(path, at: commit) else {
                return "commit \(commit.short), which was deployed, does not contain it"
            }
            return migration.digests.matches(stored: ScriptDigests.of(script).asIs)
                ? nil : "commit \(commit.short), which was deployed, has another script"
        } catch {
            return
                "commit \(commit.short), which was deployed, is not in this clone (git fetch --all)"
        }
    }
}
