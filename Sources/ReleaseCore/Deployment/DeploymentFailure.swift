public import PostgresLink

/// Why a migration did not go through, and what the database looks like now.
public struct DeploymentFailure: Error, Sendable, Hashable {
    public var migration: String
    /// From 1; `nil` when no statement of the script is to blame.
    public var statement: Int?
    /// From 1, in the script.
    public var line: Int?
    /// From 1, in characters.
    public var column: Int?
    /// The source line the error points at.
    public var excerpt: String?
    public var sqlState: SQLState?
    public var message: String
    public var detail: String?
    public var hint: String?
    /// One sentence: what is in the database now.
    public var databaseState: String
    /// What to do next, one sentence or command each.
    public var next: [String]
    /// Whether the same run may succeed later without a change.
    public var isTransient: Bool
}
