/// Columns that line up, for the terminal.
struct Table {
    private var rows: [[String]] = []

    mutating func add(_ cells: [String]) {
        rows.append(cells)
    }

    /// Columns on the terminal, without what only colours. Scalars, not
    /// characters: finding the edges of characters takes longer than all the rest.
    private static func width(_ cell: String) -> Int {
        var width = 0
        var isEscape = false
        for scalar in cell.unicodeScalars {
            if scalar == "\u{1B}" { isEscape = true }
            if !isEscape { width += 1 }
            if isEscape, scalar == "m" { isEscape = false }
        }
        return width
    }

    /// - Parameters:
    ///   - numeric: columns that are aligned to the right.
    ///   - indent: what stands before each line.
    /// - Returns: the lines.
    func lines(numeric: Set<Int> = [], indent: String = "") -> [String] {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { column < $0.count ? Self.width($0[column]) : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - Self.width(cell))
                if numeric.contains(column) { return padding + cell }
                return column == row.count - 1 ? cell : cell + padding
            }
            return indent + cells.joined(separator: "  ")
        }
    }
}
