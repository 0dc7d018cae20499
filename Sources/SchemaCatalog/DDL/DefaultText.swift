extension DDLRenderer {
    /// A default as Prisma writes it: without the cast to the column's own
    /// type that the server adds when it prints one.
    static func defaultText(_ expression: String, _ type: TypeReference) -> String {
        if expression == "ARRAY[]::" + type.text, type.schema == "pg_catalog" {
            return "ARRAY[]::" + Spelling.builtIn(type.text)
        }
        guard expression.first == "'", let end = endOfLiteral(expression) else { return expression }
        let rest = expression[end...]
        guard rest.hasPrefix("::"), rest.dropFirst(2) == withoutModifier(type.text) else {
            return expression
        }
        let literal = expression[..<end]
        let inner = literal.dropFirst().dropLast()
        return type.text == "integer" && Int32(inner) != nil ? String(inner) : String(literal)
    }

    /// Just behind the closing quote of a literal that starts the text.
    private static func endOfLiteral(_ text: String) -> String.Index? {
        var index = text.index(after: text.startIndex)
        while index < text.endIndex {
            let next = text.index(after: index)
            if text[index] == "'" {
                guard next < text.endIndex, text[next] == "'" else { return next }
                index = text.index(after: next)
            } else {
                index = next
            }
        }
        return nil
    }

    /// `timestamp(3) without time zone` as `timestamp without time zone`.
    private static func withoutModifier(_ type: String) -> String {
        guard !type.hasPrefix("\""), let open = type.firstIndex(of: "("),
            let close = type.firstIndex(of: ")"), open < close
        else { return type }
        return String(type[..<open] + type[type.index(after: close)...])
    }
}
