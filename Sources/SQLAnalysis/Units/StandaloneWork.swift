/// What a statement that runs outside a transaction does to the catalogs, so
/// that a later run can tell what became of it when it was cut short.
public enum StandaloneWork: Sendable, Hashable {
    /// CREATE INDEX CONCURRENTLY.
    case buildsIndex(IndexBuild)
    /// DROP INDEX CONCURRENTLY.
    case dropsIndex(ObjectName)
    /// ALTER TABLE … DETACH PARTITION … CONCURRENTLY.
    case detaches(partition: ObjectName, from: ObjectName)
    /// CREATE DATABASE and the like.
    case creates(StandaloneObject, name: String)
    /// DROP DATABASE and the like.
    case drops(StandaloneObject, name: String)
}

/// Objects outside schemas whose creation PostgreSQL refuses in a transaction.
public enum StandaloneObject: String, Sendable, Hashable {
    case database
    case tablespace
    case subscription
}

/// An index as CREATE INDEX asks for it.
public struct IndexBuild: Sendable, Hashable {
    /// nil where PostgreSQL chooses the name.
    public let name: String?
    /// The table; the index is in its schema.
    public let table: ObjectName
    /// Whether no two rows may be equal in it.
    public let isUnique: Bool
    /// All that stands behind the table's name, as written: method, columns, storage, predicate.
    public let definition: String
}

extension StandaloneWork {
    /// - Parameters:
    ///   - facts: from the parse tree.
    ///   - text: the statement.
    ///   - tokens: the statement's tokens.
    ///   - base: where the statement begins in its script, as the tokens count.
    init(_ facts: StandaloneFacts, text: Substring, tokens: ArraySlice<Token>, base: Int) {
        switch facts {
        case .known(let work): self = work
        case .buildsIndex(let name, let table, let isUnique, let offset):
            let start = min(Self.endOfTable(tokens, from: offset) - base, text.utf8.count)
            self = .buildsIndex(
                IndexBuild(
                    name: name, table: table, isUnique: isUnique,
                    definition: String(decoding: Array(text.utf8)[start...], as: UTF8.self)))
        }
    }

    /// Where the table's name ends, with the star or the bracket that may stand behind it.
    private static func endOfTable(_ tokens: ArraySlice<Token>, from offset: Int) -> Int {
        let words = tokens.filter { !$0.isComment && $0.start >= offset }
        var index = 0
        while index + 2 < words.count, words[index + 1].kind == .dot { index += 2 }
        if index + 1 < words.count, [.star, .closeParenthesis].contains(words[index + 1].kind) {
            index += 1
        }
        return words.indices.contains(index) ? words[index].end : offset
    }
}
