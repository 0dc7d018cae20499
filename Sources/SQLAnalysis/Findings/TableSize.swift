/// How large a table is in a database.
public struct TableSize: Sendable, Hashable, Codable {
    /// Rows, as the planner estimates them.
    public var rows: Int
    /// Bytes of the table with its TOAST, without indexes.
    public var bytes: Int
    /// Bytes of its indexes.
    public var indexBytes: Int

    /// Takes the figures.
    public init(rows: Int, bytes: Int, indexBytes: Int = 0) {
        self.rows = rows
        self.bytes = bytes
        self.indexBytes = indexBytes
    }

    /// Whether the table has no row at all, as far as it takes no space.
    public var isEmpty: Bool { rows == 0 && bytes == 0 }

    /// Bytes per second that a server reads, writes anew and sorts into an index. Cautious
    /// figures for a cloud disk; what counts is the order of magnitude.
    private static let (scanned, rewritten, sorted) = (200e6, 40e6, 25e6)

    /// About how long some work takes, in seconds.
    public func seconds(for work: Impact.Work) -> Double {
        let (table, indexes) = (Double(bytes), Double(indexBytes))
        if work.contains(.rewrite) { return table / Self.rewritten + indexes / Self.sorted }
        // An index holds a part of each row; a fifth of the table is usual.
        let build = work.contains(.indexBuild) ? table / 5 / Self.sorted : 0
        return build + (work.contains(.scan) ? table / Self.scanned : 0)
    }
}
