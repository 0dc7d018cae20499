/// Words that take something away, in code that cannot be parsed.
enum DestructiveWords {
    private static let words: Set<String> = [
        "delete", "drop", "execute", "merge", "truncate", "update",
    ]

    /// `ON DELETE`, `FOR UPDATE`, `AFTER DELETE OR UPDATE`, `GRANT DELETE`.
    private static let harmlessBefore: Set<String> = [
        "after", "before", "for", "grant", "key", "no", "of", "on", "or", "revoke", "%", ".", ",",
    ]

    /// What holds no rows.
    private static let harmlessAfter: Set<String> = [
        "aggregate", "cast", "constraint", "default", "event", "expression", "function",
        "identity", "index", "materialized", "not", "operator", "policy", "procedure",
        "publication", "role", "routine", "rule", "sequence", "statistics", "subscription",
        "trigger", "view",
    ]

    /// The first of them that is meant so, among lower-case words.
    static func first(in words: [String]) -> String? {
        words.indices.lazy.filter { Self.words.contains(words[$0]) }.first { index in
            let before = index > 0 ? words[index - 1] : ""
            let after = index + 1 < words.count ? words[index + 1] : ""
            switch words[index] {
            case "drop": return !harmlessAfter.contains(after)
            case "execute": return !["function", "procedure", "on"].contains(after)
            default: return !harmlessBefore.contains(before)
            }
        }.map { words[$0] }
    }
}
