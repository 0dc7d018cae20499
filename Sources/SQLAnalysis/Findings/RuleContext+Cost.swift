/// What some work on a table costs in the database at hand.
struct Cost {
    /// By how long others wait; a warning where the table's size is not known.
    let severity: Severity
    /// The size and the time, as words in brackets; empty where they are not known.
    let phrase: String

    /// Seconds that hardly anybody notices, and seconds that take a service down.
    private static let (short, long) = (0.2, 10.0)

    init(_ size: TableSize?, _ work: Impact.Work) {
        guard let size else {
            (severity, phrase) = (.warning, "")
            return
        }
        if size.isEmpty {
            (severity, phrase) = (.note, " (the table is empty)")
            return
        }
        let seconds = size.seconds(for: work)
        severity = seconds < Self.short ? .note : seconds < Self.long ? .warning : .error
        let time = seconds < 1 ? "less than a second" : "about \(Self.words(seconds))"
        phrase = " (\(Self.words(bytes: size.bytes)), \(time))"
    }

    /// A time that is no more exact than it can be.
    static func words(_ seconds: Double) -> String {
        switch seconds {
        case ..<10: "\(Int(seconds.rounded())) s"
        case ..<120: "\(Int((seconds / 10).rounded()) * 10) s"
        case ..<7200: "\(Int((seconds / 60).rounded())) min"
        default: "\(Int((seconds / 3600).rounded())) h"
        }
    }

    /// A size with its unit.
    static func words(bytes: Int) -> String {
        var value = Double(bytes)
        for unit in ["bytes", "kB", "MB", "GB"] {
            if value < 1024 {
                return "\(value < 10 && unit != "bytes" ? tenths(value) : "\(Int(value))") \(unit)"
            }
            value /= 1024
        }
        return "\(tenths(value)) TB"
    }

    private static func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}

extension RuleContext {
    /// What the statement asks of relations.
    var actions: [TableAction] { statement.actions }

    /// Whether other sessions may know a table: the plan has not created it.
    func isOld(_ table: ObjectName) -> Bool { !schema.isNew(.table, table) }

    /// How large a table is; nil where nobody has looked.
    ///
    /// One that the script itself empties is hardly large.
    func size(of table: ObjectName) -> TableSize? {
        schema.object(.table, table)?.size
            ?? (isEmptied(table) ? TableSize(rows: 0, bytes: 0) : nil)
    }

    /// Whether no row is there that could make a statement fail.
    func hasNoRows(_ table: ObjectName) -> Bool {
        isEmptied(table) || size(of: table)?.isEmpty ?? false
    }

    private func isEmptied(_ table: ObjectName) -> Bool {
        schema.emptied.contains(schema.resolve(.table, table))
    }

    /// A table or a type by the name that a script would give it.
    func shown(_ name: ObjectName) -> ObjectName {
        let plain = ObjectName(name: name.name)
        return schema.newKey(.table, plain).name == name ? plain : name
    }

    func cost(of work: Impact.Work, on table: ObjectName) -> Cost { Cost(size(of: table), work) }

    /// What the statement does to a table.
    func impact(of action: TableAction, on table: ObjectName) -> Impact? {
        let name = schema.resolve(.table, table)
        return schema.impacts(of: action).merged().first { $0.relation == name }
    }

    /// A table as an object of a finding.
    func object(_ table: ObjectName) -> DatabaseObject {
        DatabaseObject(.table, schema.resolve(.table, table))
    }

    /// The source of a constraint, from its first word to the end of its command.
    func definition(of constraint: TableConstraint) -> String? {
        guard let offset = constraint.offset, statement.range.contains(offset) else { return nil }
        let text = script.text.slice(utf8: offset..<statement.range.upperBound)
        guard let tokens = Token.scan(String(text)) else { return nil }
        var depth = 0
        var end = 0
        for token in tokens where !token.isComment {
            switch String(text).slice(utf8: token.range) {
            case "(": depth += 1
            case ")": depth -= 1
            case ",": if depth == 0 { return String(String(text).slice(utf8: 0..<end)) }
            default: break
            }
            if depth < 0 { break }
            end = token.end
        }
        return String(String(text).slice(utf8: 0..<end))
    }
}
