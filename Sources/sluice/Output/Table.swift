/// Columns that line up, for the terminal.
struct Table {
    private var rows: [[String]] = []

    mutating func add(_ cells: [String]) {
        rows.append(cells)
    }

    /// - Parameter numeric: columns that are aligned to the right.
    func lines(numeric: Set<Int> = [], indent: String = "") -> [String] {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                if numeric.contains(column) { return padding + cell }
                return column == row.count - 1 ? cell : cell + padding
            }
            return indent + cells.joined(separator: "  ")
        }
    }
}
