/// Something that ends with the session that made it, and so cannot be there when another one
/// carries on.
public struct SessionObject: Sendable, Hashable {
    /// What it is, for people.
    public enum Kind: String, Sendable, Hashable {
        /// A table, view or sequence in `pg_temp`.
        case temporary = "temporary relation"
        /// Of PREPARE.
        case prepared = "prepared statement"
        /// Of DECLARE … WITH HOLD.
        case cursor
    }

    /// What it is.
    public let kind: Kind
    /// Its name, without a schema.
    public let name: String
}

extension Statement {
    /// What the statement makes that ends with its session.
    public var sessionObjects: [SessionObject] {
        switch tag {
        case "PREPARE": return secondWord.map { [SessionObject(kind: .prepared, name: $0)] } ?? []
        case "DECLARE CURSOR":
            return secondWord.map { [SessionObject(kind: .cursor, name: $0)] } ?? []
        default: break
        }
        return effects.compactMap { effect in
            guard case .create(_, let name, _, _) = effect, name.schema == "pg_temp" else {
                return nil
            }
            return SessionObject(kind: .temporary, name: name.name)
        }
    }

    /// Whether the name stands in the statement, as a word or inside a string, such as the body
    /// of a DO block.
    public func mentions(_ name: String) -> Bool {
        let source = String(text)
        return (Token.scan(source) ?? []).contains { token in
            guard !token.isComment else { return false }
            let word = source.slice(utf8: token.range)
            return token.kind == .string
                ? word.contains(name) : word == name || Self.unquoted(word) == name
        }
    }

    private var secondWord: String? {
        let source = String(text)
        let words = (Token.scan(source) ?? []).filter { !$0.isComment }
        return words.count > 1 ? Self.unquoted(source.slice(utf8: words[1].range)) : nil
    }

    private static func unquoted(_ word: Substring) -> String {
        guard word.hasPrefix("\""), word.hasSuffix("\""), word.count > 1 else {
            return word.lowercased()
        }
        return String(word.dropFirst().dropLast()).replacing("\"\"", with: "\"")
    }
}

extension Script {
    /// The first use of something that the finished statements have made for their session, and
    /// that no later statement makes again before it.
    ///
    /// - Parameter finished: how many statements are finished.
    /// - Returns: the object and the statement that needs it; nil where another session may
    ///   carry on.
    public func lostObject(behind finished: Int) -> (object: SessionObject, user: Statement)? {
        var lost: [SessionObject] = []
        for statement in statements.prefix(finished) {
            lost += statement.sessionObjects
            for case .drop(_, let name, _, _) in statement.effects {
                lost.removeAll { $0.kind == .temporary && $0.name == name.name }
            }
        }
        guard !lost.isEmpty else { return nil }
        for statement in statements.dropFirst(finished) {
            let made = statement.sessionObjects
            lost.removeAll { object in made.contains { $0.name == object.name } }
            if let object = lost.first(where: { statement.mentions($0.name) }) {
                return (object, statement)
            }
        }
        return nil
    }
}
