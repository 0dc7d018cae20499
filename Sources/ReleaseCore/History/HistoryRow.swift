/// One row of `_prisma_migrations`.
public struct HistoryRow: Sendable, Hashable {
    public var id: String
    public var name: String
    /// As stored: 64 hexadecimal digits, fewer in rows of very old Prisma versions.
    public var checksum: String
    /// When the migration started, as the server prints it.
    public var startedAt: String
    public var finishedAt: String?
    public var rolledBackAt: String?
    /// 1 for a migration that was run, 0 for one that failed or was marked as applied.
    public var appliedSteps: Int
    /// Since it finished, by the server's clock when the row was read.
    public var age: Duration?

    public init(
        id: String, name: String, checksum: String, startedAt: String, finishedAt: String?,
        rolledBackAt: String?, appliedSteps: Int, age: Duration? = nil
    ) {
        self.id = id
        self.name = name
        self.checksum = checksum
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.rolledBackAt = rolledBackAt
        self.appliedSteps = appliedSteps
        self.age = age
    }

    /// The three states Prisma tells apart.
    public enum State: Sendable, Hashable {
        case applied
        case failed
        case rolledBack
    }

    public var state: State {
        if rolledBackAt != nil { return .rolledBack }
        return finishedAt == nil ? .failed : .applied
    }
}
