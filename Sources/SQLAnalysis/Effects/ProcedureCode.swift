import CPgQuery

/// The code of a PL/pgSQL body, cut into the SQL that can be parsed and what is left of it.
struct ProcedureCode {
    /// The statements of SQL in it, as they stand or as EXECUTE gets them as a constant.
    private(set) var pieces: [SQLPiece] = []
    /// What the rest may do: it is not parsed, so its words tell.
    private(set) var unread: [Effect] = []

    private let source: String
    private let tokens: [Token]
    /// The tokens that pieces have taken.
    private var taken: Set<Int> = []

    /// The words that begin the statements of interest, in PL/pgSQL as in SQL.
    private static let commands: Set<String> = [
        "alter", "call", "copy", "create", "delete", "discard", "drop", "insert", "merge",
        "perform", "reset", "select", "set", "truncate", "update", "with",
    ]

    init(_ source: String) {
        self.source = source
        guard let scanned = Token.scan(source) else {
            tokens = []
            unread = [.unreadable("its code cannot be read")]
            return
        }
        tokens = scanned.filter { !$0.isComment }
        for index in tokens.indices where !taken.contains(index) {
            let word = word(index)
            if word == "execute", isExecute(index) {
                execute(index)
            } else if Self.commands.contains(word),
                RoutineBody.startsStatement(tokens, index, in: source),
                let end = tokens[index...].firstIndex(where: { $0.kind == .semicolon })
            {
                take(word == "perform" ? "SELECT" : nil, index, end)
            }
        }
        readRest()
    }

    private func word(_ index: Int) -> String {
        tokens.indices.contains(index)
            ? source.slice(utf8: tokens[index].range).lowercased() : ""
    }

    private func text(_ range: Range<Int>) -> String {
        guard let first = tokens[range].first, let last = tokens[range].last else { return "" }
        return String(source.slice(utf8: first.start..<last.end))
    }

    /// `verb` stands in SQL for the first word of PL/pgSQL.
    private mutating func take(_ verb: String?, _ index: Int, _ end: Int) {
        let sql = verb.map { "\($0) \(text(index + 1..<end))" } ?? text(index..<end)
        let piece = SQLPiece(sql: sql, tokens: tokens[index..<end])
        guard piece.read({ _ in [true] }) != nil else { return }
        pieces.append(piece)
        taken.formUnion(index..<end)
    }

    // MARK: EXECUTE

    /// GRANT EXECUTE and EXECUTE FUNCTION are no statements of PL/pgSQL.
    private func isExecute(_ index: Int) -> Bool {
        RoutineBody.startsStatement(tokens, index, in: source)
            || ["in", "query", "for"].contains(word(index - 1))
    }

    private mutating func execute(_ index: Int) {
        let rest = tokens.indices[(index + 1)...]
        var depth = 0
        let end = rest.first { position in
            switch tokens[position].kind {
            case .openParenthesis: depth += 1
            case .closeParenthesis: depth -= 1
            case .semicolon: return true
            default: break
            }
            return depth == 0 && ["into", "using", "loop"].contains(word(position))
        }
        let range = index + 1..<(end ?? tokens.count)
        taken.formUnion(index..<range.upperBound)
        guard let sql = constant(range) else {
            unread += DynamicSQL(literals(range)).effects
            return
        }
        let piece = SQLPiece(sql: sql, tokens: (Token.scan(sql) ?? [])[...])
        if piece.read({ _ in [true] }) != nil {
            pieces.append(piece)
        } else {
            unread += DynamicSQL([sql]).effects
        }
    }

    /// The SQL where the expression is a constant.
    private func constant(_ range: Range<Int>) -> String? {
        SQLPiece(sql: "SELECT " + text(range), tokens: tokens[range]).read { node -> [String] in
            guard node.pointee.node_case == PG_QUERY__NODE__NODE_SELECT_STMT,
                let select = node.pointee.select_stmt?.pointee, select.n_target_list == 1,
                let target = nodes(select.n_target_list, select.target_list).first,
                target.pointee.node_case == PG_QUERY__NODE__NODE_RES_TARGET,
                let value = target.pointee.res_target?.pointee.val,
                let constant = SQLAnalysis.constant(value)
            else { return [] }
            return [constant]
        }?.first
    }

    private func literals(_ range: Range<Int>) -> [String] {
        tokens[range].filter { $0.kind == .string }.map { String(source.slice(utf8: $0.range)) }
    }

    // MARK: What is left

    private mutating func readRest() {
        let rest = tokens.indices.filter { !taken.contains($0) }
        let words = rest.map { word($0) }
        if let found = DestructiveWords.first(in: words) {
            unread.append(.unreadable("its code says “\(found)” where it cannot be read"))
        }
        for index in rest where index > 0 && tokens[index].kind == .openParenthesis {
            let name = word(index - 1)
            guard let first = name.unicodeScalars.first, first.properties.isAlphabetic,
                !Self.notFunctions.contains(name)
            else { continue }
            let isQualified = index > 2 && tokens[index - 2].kind == .dot
            unread.append(
                .call(ObjectName(schema: isQualified ? word(index - 3) : nil, name: name)))
        }
    }

    /// Words in front of a parenthesis that are no names.
    private static let notFunctions: Set<String> = [
        "all", "and", "any", "array", "as", "by", "case", "cast", "coalesce", "else", "elsif",
        "exists", "extract", "from", "greatest", "if", "in", "into", "is", "least", "like", "loop",
        "not", "nullif", "numeric", "on", "or", "over", "record", "return", "row", "select", "some",
        "then", "using", "values", "varchar", "when", "where", "while",
    ]
}
