/// What the words of a script tell that could not be parsed.
public struct OpaqueScan: Sendable, Hashable {
    /// Whether a statement seems to be BEGIN, START TRANSACTION, COMMIT, END, ROLLBACK, ABORT
    /// or PREPARE TRANSACTION.
    public let mentionsTransactionControl: Bool
    /// Whether the word CONCURRENTLY occurs, other than in REFRESH MATERIALIZED VIEW.
    public let mentionsConcurrently: Bool
    /// Whether a statement seems to begin with a command that PostgreSQL refuses inside a
    /// transaction block, such as VACUUM or CREATE DATABASE.
    public let mentionsRefused: Bool
    /// What the parser has against the script, and where; nil where nobody asked.
    public let complaint: Complaint?

    /// What a parser has against a script.
    public struct Complaint: Sendable, Hashable {
        /// The 1-based ordinal of the statement, counted by semicolons.
        public let statement: Int
        /// 1-based.
        public let line: Int
        /// A sentence.
        public let message: String
    }

    /// False where not even words could be told apart; then nothing is known.
    public let isComplete: Bool

    /// The first words of commands that PostgreSQL refuses inside a transaction block.
    private static let refused: [[String]] = [
        ["vacuum"], ["alter", "system"], ["create", "database"], ["drop", "database"],
        ["create", "tablespace"], ["drop", "tablespace"], ["create", "subscription"],
        ["drop", "subscription"], ["reindex", "schema"], ["reindex", "database"],
        ["reindex", "system"], ["discard", "all"],
    ]
    private static let control: [[String]] = [
        ["begin"], ["start", "transaction"], ["commit"], ["end"], ["rollback"], ["abort"],
        ["prepare", "transaction"],
    ]

    init(_ text: String, tokens: [Token]?, because error: SQLSyntaxError?) {
        complaint = error.map { error in
            let ends = (tokens ?? []).count { $0.kind == .semicolon && $0.start < error.offset }
            return Complaint(statement: ends + 1, line: error.line, message: error.message)
        }
        guard let tokens else {
            mentionsTransactionControl = false
            mentionsConcurrently = false
            mentionsRefused = false
            isComplete = false
            return
        }
        let statements = tokens.filter { !$0.isComment }.split { $0.kind == .semicolon }.map {
            $0.map { text.slice(utf8: $0.range).lowercased() }
        }
        mentionsTransactionControl = statements.contains {
            // ROLLBACK TO stays inside the transaction.
            Self.begins($0, with: Self.control)
                && !Self.begins($0, with: [["rollback", "to"]])
        }
        mentionsConcurrently = statements.contains {
            $0.contains("concurrently") && $0.first != "refresh"
        }
        mentionsRefused = statements.contains { Self.begins($0, with: Self.refused) }
        isComplete = true
    }

    private static func begins(_ words: [String], with phrases: [[String]]) -> Bool {
        phrases.contains { words.starts(with: $0) }
    }
}

extension Script {
    /// A script that PostgreSQL may understand though sluice cannot parse it: no statements, one
    /// transactional unit with the whole text, and what its words tell in ``opaqueScan``.
    ///
    /// - Parameters:
    ///   - text: the source.
    ///   - error: why it could not be parsed, where that is known.
    /// - Returns: a script that says of itself that it is opaque.
    public static func opaque(_ text: String, because error: SQLSyntaxError? = nil) -> Script {
        var text = text
        text.makeContiguousUTF8()
        let lines = LineIndex(text)
        let hasNul = text.utf8.contains(0)
        let tokens = hasNul ? nil : Token.scan(text)
        let comments = Directives.read(tokens ?? [], of: text, lines: lines)
        let whole = ExecutionUnit(
            kind: .transactional, statements: 0..<0, begin: nil, ending: .commit,
            range: 0..<text.utf8.count)
        return Script(
            text: text, statements: [], mode: .transactional, units: [whole],
            directives: comments.directives, notes: comments.notes,
            opaqueScan: OpaqueScan(text, tokens: tokens, because: error), lines: lines)
    }

    /// Whether the script could not be parsed and is sent as it is.
    public var isOpaque: Bool { opaqueScan != nil }
}
