import PostgresLink

/// Puts captured values in the places of `{{name}}`.
enum CaptureText {
    /// The names a text refers to.
    static func names(in text: String) -> [String] {
        parts(of: text).compactMap { if case .capture(let name) = $0 { name } else { nil } }
    }

    /// In SQL, a value is a quoted literal: `{{id}}::int`.
    static func sql(_ text: String, _ captured: [String: String]) -> String {
        filled(text, captured) { value, _ in Quoting.literal(value) }
    }

    /// In an address, a value is percent-encoded, except one that an address
    /// begins with: that is an address itself.
    static func url(_ text: String, _ captured: [String: String]) -> String {
        filled(text, captured) { value, isFirst in
            isFirst ? value : PercentCoding.encode(value)
        }
    }

    /// As it is, such as in what an answer is compared with.
    static func plain(_ text: String, _ captured: [String: String]) -> String {
        filled(text, captured) { value, _ in value }
    }

    /// A header is one line, whatever a value has in it.
    static func header(_ text: String, _ captured: [String: String]) -> String {
        let scalars = plain(text, captured).unicodeScalars.filter { $0.value >= 0x20 }
        return String(String.UnicodeScalarView(scalars))
    }

    /// In a body that is JSON, a value is escaped as inside a JSON string, which
    /// leaves a number a number.
    static func body(_ text: String, _ captured: [String: String]) -> String {
        let isJSON = isJSON(text)
        return filled(text, captured) { value, _ in isJSON ? JSONText.escaped(value) : value }
    }

    /// Whether a body looks like JSON.
    static func isJSON(_ text: String) -> Bool {
        let first = text.first { !$0.isWhitespace }
        return first == "{" || first == "["
    }

    private static func filled(
        _ text: String, _ captured: [String: String], _ form: (String, Bool) -> String
    ) -> String {
        var filled = ""
        for part in parts(of: text) {
            switch part {
            case .literal(let literal): filled += literal
            case .capture(let name):
                filled += captured[name].map { form($0, filled.isEmpty) } ?? "{{\(name)}}"
            }
        }
        return filled
    }

    private enum Part {
        case literal(Substring)
        case capture(String)
    }

    /// One pass, so that a value which looks like a reference stays a value.
    private static func parts(of text: String) -> [Part] {
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            guard let close = rest[open.upperBound...].firstRange(of: "}}") else { break }
            let name = rest[open.upperBound..<close.lowerBound]
            if name.isEmpty || !name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) {
                // Not ours: a brace of the body's own.
                parts.append(.literal(rest[..<open.upperBound]))
                rest = rest[open.upperBound...]
                continue
            }
            parts.append(.literal(rest[..<open.lowerBound]))
            parts.append(.capture(String(name)))
            rest = rest[close.upperBound...]
        }
        return parts + [.literal(rest)]
    }
}
