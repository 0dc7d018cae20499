/// What one statement returned, copied out of libpq as text.
public struct ResultSet: Sendable, Hashable {
    /// The command tag, for example `INSERT 0 1` or `CREATE TABLE`.
    public var tag: String
    public var columns: [String]
    public var rows: [[String?]]

    /// The value of the first column of the first row.
    public var scalar: String? { rows.first?.first ?? nil }

    /// Rows as dictionaries by column name, for results read by name because
    /// their columns differ between versions.
    public var records: [[String: String]] {
        rows.map { row in
            var record: [String: String] = [:]
            for (column, value) in zip(columns, row) {
                record[column] = value
            }
            return record
        }
    }

    /// The number the command tag ends with: rows inserted, updated or selected.
    public var affectedRows: Int {
        tag.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }
}
