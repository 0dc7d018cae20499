import PostgresLink

/// One deployment as the ledger remembers it.
public struct DeploymentRecord: Sendable, Hashable, Codable {
    public var id: String
    public var branch: String?
    public var commit: String?
    public var digest: String
    public var actor: String
    public var startedAt: String
    public var finishedAt: String?
    /// `nil` while it runs, or when it was killed.
    public var verdict: String?
    /// A file that was named on the command line instead of the committed one.
    public var configuration: String?
    /// What ran, in order: name and outcome.
    public var steps: [Step]

    /// One migration of a deployment.
    public struct Step: Sendable, Hashable, Codable {
        public var migration: String
        public var outcome: String
        public var message: String?
    }

    enum CodingKeys: String, CodingKey {
        case id, branch, commit, digest, actor, verdict, configuration, steps
        case startedAt = "started_at"
        case finishedAt = "finished_at"
    }
}

/// Reads the ledger's past.
public struct DeploymentHistory {
    let workspace: Workspace

    public init(_ workspace: Workspace) {
        self.workspace = workspace
    }

    /// The newest deployments first.
    ///
    /// - Throws: what opening the environment throws.
    public func read(_ environment: String?, limit: Int) throws -> [DeploymentRecord] {
        let release = try workspace.release(to: environment)
        let link = try workspace.link(to: release)
        guard link.state.ledger != nil else { return [] }
        return try Self.read(link.session, limit: limit)
    }

    static func read(_ session: PostgresSession, limit: Int) throws -> [DeploymentRecord] {
        let results = try session.execute(
            """
            SELECT * FROM _sluice.deployments ORDER BY started_at DESC LIMIT \(limit);
            SELECT s.deployment, s.migration, s.outcome, s.message FROM _sluice.steps s
             WHERE s.deployment IN
               (SELECT id FROM _sluice.deployments ORDER BY started_at DESC LIMIT \(limit)) ORDER BY s.id
            """)
        let steps = Dictionary(grouping: results[1].records) { $0["deployment"] ?? "" }
        return results[0].records.map { record in
            DeploymentRecord(
                id: record["id"] ?? "", branch: record["branch"], commit: record["commit"],
                digest: record["digest"] ?? "", actor: record["actor"] ?? "",
                startedAt: record["started_at"] ?? "", finishedAt: record["finished_at"],
                verdict: record["verdict"], configuration: record["configuration"],
                steps: (steps[record["id"] ?? ""] ?? []).map {
                    .init(
                        migration: $0["migration"] ?? "", outcome: $0["outcome"] ?? "",
                        message: $0["message"])
                })
        }
    }
}
