/// What PostgreSQL's scanner or parser has against a script, and where.
public struct SQLSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A sentence, ending with a period; PostgreSQL's own words where it has any.
    public let message: String
    /// 1-based.
    public let line: Int
    /// 1-based, in characters (Unicode scalars, as PostgreSQL counts).
    public let column: Int
    /// In UTF-8 bytes from the start of the script.
    public let offset: Int
    /// The word at that place; empty at the end of the script.
    public let near: String

    /// Line, column and message on one line.
    public var description: String { "line \(line), column \(column): \(message)" }

    init(_ message: String, at offset: Int, near: String, lines: LineIndex) {
        let location = lines.location(atUTF8: offset)
        self.message = message
        line = location.line
        column = location.column
        self.offset = offset
        self.near = near
    }
}
