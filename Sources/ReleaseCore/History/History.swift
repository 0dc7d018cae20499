/// The rows of `_prisma_migrations` in one environment, oldest first.
///
/// Several rows of one name are normal: a failed attempt that was rolled back
/// stays beside the one that succeeded.
public struct History: Sendable, Hashable {
    public var rows: [HistoryRow]

    public init(rows: [HistoryRow] = []) {
        self.rows = rows
    }

    /// Names that count as done, each once, in the order they were applied.
    public var appliedNames: [String] {
        var seen: Set<String> = []
        return rows.filter { $0.state == .applied }.map(\.name).filter { seen.insert($0).inserted }
    }

    /// The newest applied row of each name.
    public var applied: [String: HistoryRow] {
        Dictionary(
            rows.filter { $0.state == .applied }.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    }

    /// Rows that started and neither finished nor were rolled back.
    public var failed: [HistoryRow] { rows.filter { $0.state == .failed } }
}
