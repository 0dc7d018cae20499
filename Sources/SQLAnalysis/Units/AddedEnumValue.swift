/// An enum value that a unit adds, and that nothing may use before the unit is committed.
struct AddedEnumValue: Sendable, Hashable {
    let type: ObjectName
    let value: String

    /// Functions that return values of an enum without naming them.
    private static let enumFunctions: Set<String> = ["enum_first", "enum_last", "enum_range"]
    /// Commands that name enum values without using them.
    private static let namingTags: Set<String> = ["ALTER TYPE", "CREATE TYPE", "COMMENT"]

    /// Whether a later statement may use the value: it stands as a word in one of its strings
    /// (a constant, an array, a function body), or a text that is not constant becomes the type.
    ///
    /// Errs towards use, which costs a transaction more and never fails.
    func mayBeUsed(by statement: Statement, _ tokens: ArraySlice<Token>, _ text: String) -> Bool {
        if Self.namingTags.contains(statement.tag) { return false }
        var previous: Token?
        var beforeCast: Token?
        for token in tokens where !token.isComment {
            let word = text.slice(utf8: token.range)
            switch token.kind {
            case .string, .unicodeString:
                if isEscaped(word) || contains(word) { return true }
            case .typecast:
                beforeCast = previous
            default:
                if Self.enumFunctions.contains(word.lowercased()) { return true }
                if isCast(previous, beforeCast), type.isWritten(as: word) { return true }
            }
            previous = token
        }
        return statement.effects.contains { effect in
            if case .alterColumnType(_, _, let to, _) = effect { return to.name.name == type.name }
            return false
        }
    }

    /// Whether the type's name here is the target of a cast of something that is no constant.
    private func isCast(_ previous: Token?, _ beforeCast: Token?) -> Bool {
        guard let previous, [.typecast, .dot].contains(previous.kind), let beforeCast else {
            return false
        }
        return ![.string, .unicodeString].contains(beforeCast.kind)
    }

    /// Whether a string hides its content behind escapes.
    private func isEscaped(_ string: Substring) -> Bool {
        string.first != "$" && string.first != "'" && string.utf8.contains(UInt8(ascii: "\\"))
    }

    /// Whether a string holds the value as a word, also inside quotes of its own.
    private func contains(_ string: Substring) -> Bool {
        if value.isEmpty { return true }
        let escaped = value.replacingQuotes
        for needle in escaped == value ? [value] : [value, escaped] {
            var rest = string.utf8[...]
            while let found = rest.firstRange(of: needle.utf8) {
                let before = rest[..<found.lowerBound].last
                let after = rest[found.upperBound...].first
                if !(before?.isWordByte ?? false), !(after?.isWordByte ?? false) { return true }
                rest = rest[rest.index(after: found.lowerBound)...]
            }
        }
        return false
    }
}

extension String {
    /// As it stands inside a quoted string.
    fileprivate var replacingQuotes: String {
        split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
    }
}

extension UInt8 {
    /// Whether the byte is a letter, digit or underscore of ASCII.
    fileprivate var isWordByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
