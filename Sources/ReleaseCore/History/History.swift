/// The rows of `_prisma_migrations` in one environment, oldest first.
///
/// Several rows of one name are normal: a failed attempt that was rolled back
/// stays beside the one that succeeded.
public struct History: Sendable, Hashable {
    public let rows: [HistoryRow]
    /// Names that count as done, each once, in the order they were applied.
    public let appliedNames: [String]
    /// The newest applied row of each name. Computed once, like the names: every
    /// question about a plan looks something up here.
    public let applied: [String: HistoryRow]

    public init(rows: [HistoryRow] = []) {
        var names: [String] = []
        var applied: [String: HistoryRow] = [:]
        applied.reserveCapacity(rows.count)
        for row in rows where row.state == .applied {
            if applied.updateValue(row, forKey: row.name) == nil { names.append(row.name) }
        }
        self.rows = rows
        appliedNames = names
        self.applied = applied
    }

    /// Rows that started and neither finished nor were rolled back.
    public var failed: [HistoryRow] { rows.filter { $0.state == .failed } }
}
