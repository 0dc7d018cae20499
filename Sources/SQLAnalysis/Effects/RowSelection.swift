/// Which rows of a table a DELETE or an UPDATE means.
public struct RowSelection: Sendable, Hashable {
    /// Whether a condition that names a column limits the rows. `WHERE true` does not.
    public let isFiltered: Bool
    /// A query that counts them; nil where none can, as for those of a cursor.
    public let counting: String?
    /// The relations that the condition reads, without the table itself.
    public let reads: [ObjectName]

    /// Every row.
    public static let all = RowSelection(isFiltered: false, counting: nil, reads: [])
    /// Rows that only the run tells.
    public static let some = RowSelection(isFiltered: true, counting: nil, reads: [])
}
