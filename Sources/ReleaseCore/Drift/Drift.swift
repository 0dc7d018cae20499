/// The difference between the schema in a database and what its history
/// produces.
public struct Drift: Sendable, Hashable {
    /// One line per object: `[+]` only the database has it, `[-]` only the
    /// history makes it, `[~]` both have it, differently.
    public var lines: [String]
    /// What the comparison does not know or leaves out, in words.
    public var notes: [String]

    public init(lines: [String], notes: [String] = []) {
        self.lines = lines
        self.notes = notes
    }

    public var isEmpty: Bool { lines.isEmpty }

    /// One sentence for a gate or a status line.
    public var sentence: String {
        guard let first = lines.first else {
            return "the schema is what its history produces."
        }
        let more = lines.count > 1 ? " and \(lines.count - 1) more" : ""
        return "the schema differs from what its history produces: \(first)\(more)."
    }
}
