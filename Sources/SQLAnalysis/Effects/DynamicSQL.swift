/// SQL that PL/pgSQL puts together when it runs: the pieces that stand in the code tell whether
/// it can take something away.
struct DynamicSQL {
    private let words: [String]
    private let text: String

    /// - Parameter literals: the strings of the expression, in order, quotes included or not.
    init(_ literals: [String]) {
        text = literals.joined(separator: " ").lowercased()
        words = text.split { !($0.isLetter || $0.isNumber || "_%.".contains($0)) }.map(String.init)
    }

    /// Statements that take nothing away, whatever is put into them.
    private static let harmless: Set<String> = [
        "alter", "analyze", "cluster", "comment", "create", "grant", "insert", "lock", "notify",
        "refresh", "reindex", "reset", "revoke", "security", "select", "set", "vacuum",
    ]

    var effects: [Effect] {
        guard let first = words.first, Self.harmless.contains(first) else {
            return [.unreadable("its code runs SQL that only its run tells")]
        }
        if let found = DestructiveWords.first(in: words) {
            return [.unreadable("its code puts together SQL that says “\(found)”")]
        }
        // ALTER COLUMN … TYPE, which may change values.
        if first == "alter", words.contains("type"), words.dropFirst().first != "type" {
            return [.unreadable("its code puts together SQL that changes a column's type")]
        }
        return calls
    }

    /// A name directly in front of a parenthesis.
    private var calls: [Effect] {
        text.split(separator: "(").dropLast().compactMap { part in
            let name = part.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            return name.isEmpty ? nil : .call(ObjectName(name: String(name.reversed())))
        }
    }
}
