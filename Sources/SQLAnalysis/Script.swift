/// A migration's SQL, split into statements and into the units that a runner executes.
///
/// Read with the grammar of PostgreSQL 15 (libpg_query 15-4.0.0). A script of a newer grammar
/// cannot be read; ``opaque(_:)`` makes one that is sent as it is.
public struct Script: Sendable {
    /// The source, unchanged.
    public let text: String
    /// In order; empty statements do not count.
    public let statements: [Statement]
    /// Whether the script runs as one transaction.
    public let mode: TransactionMode
    /// What the runner executes, in order; at least one. A transactional script is one unit
    /// with the whole text.
    public let units: [ExecutionUnit]
    /// What the leading comment lines ask for.
    public let directives: Directives
    /// What the author should know; stops nothing.
    public let notes: [ScriptNote]
    /// What could be seen without a parse tree; nil for a script that was parsed.
    public let opaqueScan: OpaqueScan?

    /// Statements that run outside a transaction because a server has refused them inside one,
    /// by index.
    public let refused: Set<Int>

    let lines: LineIndex

    /// Reads a script.
    ///
    /// A byte order mark and a NUL byte are refused, as PostgreSQL refuses them; CRLF line
    /// ends are as good as LF.
    ///
    /// - Parameters:
    ///   - text: the source.
    ///   - refused: statements, by index, that a server refuses in a transaction for reasons
    ///     only it knows, such as what a procedure does.
    /// - Throws: what PostgreSQL's scanner or parser has against it, and where.
    public init(_ text: String, refused: Set<Int> = []) throws(SQLSyntaxError) {
        let reading = try ScriptReader(text).read()
        let plan = UnitPlanner.plan(reading, refused: refused)
        self.init(
            text: reading.text, statements: reading.statements, mode: plan.mode,
            units: plan.units, directives: reading.comments.directives,
            notes: (reading.comments.notes + plan.notes).sorted { $0.line < $1.line },
            opaqueScan: nil, refused: refused, lines: reading.lines)
    }

    init(
        text: String, statements: [Statement], mode: TransactionMode, units: [ExecutionUnit],
        directives: Directives, notes: [ScriptNote], opaqueScan: OpaqueScan?,
        refused: Set<Int> = [], lines: LineIndex
    ) {
        self.text = text
        self.statements = statements
        self.mode = mode
        self.units = units
        self.directives = directives
        self.notes = notes
        self.opaqueScan = opaqueScan
        self.refused = refused
        self.lines = lines
    }

    /// The SQL of a unit.
    public func sql(of unit: ExecutionUnit) -> Substring { text.slice(utf8: unit.range) }
}

// MARK: - Places

extension Script {
    /// The 1-based line of a UTF-8 offset.
    public func line(atUTF8 offset: Int) -> Int { lines.line(atUTF8: offset) }

    /// Line and column of a UTF-8 offset.
    public func location(atUTF8 offset: Int) -> SourceLocation { lines.location(atUTF8: offset) }

    /// Where PostgreSQL's error position points, which is 1-based and in characters of the
    /// message that was sent: the SQL of `unit`, or the whole script.
    public func location(ofCharacter character: Int, in unit: ExecutionUnit? = nil)
        -> SourceLocation
    {
        let base = unit?.range.lowerBound ?? 0
        return lines.location(atUTF8: lines.offset(ofCharacter: character, from: base))
    }

    /// The statement at a UTF-8 offset, or the next one where the offset is between two; nil
    /// behind the last.
    public func statement(atUTF8 offset: Int) -> Statement? {
        var low = 0
        var high = statements.count
        while low < high {
            let middle = (low + high) / 2
            if statements[middle].range.upperBound <= offset {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low < statements.count ? statements[low] : nil
    }
}
