extension LossReader {
    /// Why a statement may lose rows that names a routine of the plan without calling it: an
    /// operator, a default, a view and many more run it later.
    func mention(in statement: Statement) -> String? {
        guard !schema.routines.isEmpty, !Self.idle.contains(statement.tag) else { return nil }
        let words = Self.words(of: statement.text)
        let names = schema.routines.keys.filter { words.contains($0.name.lowercased()) }
        for name in names.sorted(by: { $0.name < $1.name }) {
            let body = schema.routines[name] ?? []
            let losses = inside(body, name.name)
            guard losses.contains(where: { !$0.isQuestion }) else { continue }
            return "it uses \(name.name) of this plan, which may take something away when it runs"
        }
        return nil
    }

    /// These run nothing; a trigger's function is looked at when its table changes.
    private static let idle: Set = [
        "CREATE FUNCTION", "CREATE PROCEDURE", "ALTER FUNCTION", "ALTER PROCEDURE",
        "ALTER ROUTINE", "DROP FUNCTION", "DROP PROCEDURE", "DROP ROUTINE", "GRANT", "REVOKE",
        "COMMENT", "CREATE TRIGGER", "DROP TRIGGER", "SECURITY LABEL",
    ]

    /// Also those in strings, which something may run.
    private static func words(of text: Substring) -> Set<String> {
        let source = String(text)
        guard let tokens = Token.scan(source) else { return [] }
        var words: Set<String> = []
        for token in tokens where !token.isComment {
            let parts = source.slice(utf8: token.range).lowercased().split {
                !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "$")
            }
            words.formUnion(parts.map(String.init))
        }
        return words
    }
}

extension PotentialLoss.Subject {
    /// Whether the database has to be asked whether anything is lost at all.
    var isQuestion: Bool {
        if case .call = self { return true }
        return false
    }
}
