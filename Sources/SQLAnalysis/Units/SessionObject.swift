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
        /// Set by `set_config` to what only the run of its statement told.
        case setting
    }

    /// What it is.
    public let kind: Kind
    /// Its name, without a schema; empty for a setting whose name only the run told.
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
        var lost = objects(behind: finished) + changedSettings(behind: finished).lost
        guard !lost.isEmpty else { return nil }
        for statement in statements.dropFirst(finished) {
            lost.removeAll { statement.makesAgain($0) }
            // What a setting is good for cannot be seen: whatever does work may need it.
            let isWork =
                statement.control == nil && statement.settingChange == nil
                && !statement.isSetLocal
            let missed = lost.first { object in
                object.kind == .setting ? isWork : statement.mentions(object.name)
            }
            if let missed { return (missed, statement) }
        }
        return nil
    }

    /// The relations, prepared statements and cursors that the finished statements have left.
    private func objects(behind finished: Int) -> [SessionObject] {
        var objects: [SessionObject] = []
        let lasting = Set(lasting(behind: finished).map(\.ordinal))
        for statement in statements.prefix(finished) {
            // A ROLLBACK does not take a PREPARE back.
            objects += statement.sessionObjects.filter {
                $0.kind == .prepared || lasting.contains(statement.ordinal)
            }
            if statement.settingChange == .forgetsAll { objects = [] }
            for effect in statement.effects {
                switch effect {
                case .drop(_, let name, _, _):
                    objects.removeAll { $0.kind == .temporary && $0.name == name.name }
                case .discardTemporary: objects.removeAll { $0.kind == .temporary }
                default: break
                }
            }
        }
        return objects
    }
}

extension Statement {
    /// Whether a lost object is there again behind the statement, or is not wanted any more.
    fileprivate func makesAgain(_ object: SessionObject) -> Bool {
        guard object.kind == .setting else {
            return sessionObjects.contains { $0.name == object.name }
        }
        switch settingChange {
        case .changes(let names): return names.contains(object.name) || names.contains("all")
        case .forgetsAll: return true
        case nil: return computedSettings.contains(object.name)
        }
    }
}
