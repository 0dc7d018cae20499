import PostgresLink

/// The newest deployment of an environment, where it did not end well or has not ended.
public struct LatestDeployment: Sendable, Hashable, Codable {
    public enum State: String, Sendable, Hashable, Codable {
        case running
        /// It ended without a word: killed, or its machine went down.
        case cutShort = "cut-short"
        case failed
        case interrupted
    }

    public var id: String
    public var state: State
    public var actor: String
    /// As the server prints it.
    public var startedAt: String
    /// What failed, and why.
    public var migration: String?
    public var message: String?

    enum CodingKeys: String, CodingKey {
        case id, state, actor, migration, message
        case startedAt = "started_at"
    }

    /// - Returns: `nil` where the newest deployment came to its end.
    /// - Throws: `PostgresError`.
    static func read(_ session: PostgresSession) throws -> LatestDeployment? {
        // Asked first: one that ends meanwhile has its verdict by the time it is read.
        let isAtWork = try DeploymentLock.own.holder(session) != nil
        guard let record = try DeploymentHistory.read(session, limit: 1).first,
            let state = state(record, isAtWork)
        else { return nil }
        let failure = record.steps.last { $0.outcome == "failed" }
        return LatestDeployment(
            id: record.id, state: state, actor: record.actor, startedAt: record.startedAt,
            migration: failure?.migration, message: failure?.message)
    }

    private static func state(_ record: DeploymentRecord, _ isAtWork: Bool) -> State? {
        guard let verdict = record.verdict else { return isAtWork ? .running : .cutShort }
        return State(rawValue: verdict)
    }
}
