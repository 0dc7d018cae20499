import CPgQuery

extension RoutineBody {
    /// The words that begin the statements of interest, in PL/pgSQL as in SQL.
    private static let commands: Set<String> = [
        "alter", "create", "delete", "drop", "execute", "truncate", "update", "with",
    ]

    /// What the SQL in a PL/pgSQL body does when the body runs, as far as it can be read:
    /// statements as they stand, and EXECUTE of a constant. Whether a statement is reached is
    /// not known, so everything it creates counts as IF NOT EXISTS.
    var effects: [Effect] { read(EffectReader.effects).map(\.conditional) }

    /// What the SQL in the body asks of relations, likewise.
    var actions: [TableAction] { read(TableActionReader.actions).map(\.conditional) }

    private func read<Found>(_ reader: (NodePointer) -> [Found]) -> [Found] {
        guard language == "plpgsql" else { return [] }
        let tokens = (Token.scan(source) ?? []).filter { !$0.isComment }
        var found: [Found] = []
        for (index, token) in tokens.enumerated() {
            let word = source.slice(utf8: token.range).lowercased()
            guard Self.commands.contains(word), Self.startsStatement(tokens, index, in: source),
                let end = tokens[index...].firstIndex(where: { $0.kind == .semicolon })
            else { continue }
            if word == "execute", index + 1 < end {
                found += Self.executed(
                    sql(tokens[index + 1..<end]), tokens[index + 1..<end], reader)
            } else {
                found += Self.found(in: sql(tokens[index..<end]), tokens[index..<end], reader)
            }
        }
        return found
    }

    private func sql(_ tokens: ArraySlice<Token>) -> String {
        guard let first = tokens.first, let last = tokens.last else { return "" }
        return String(source.slice(utf8: first.start..<last.end))
    }

    /// What a reader finds in a piece of SQL; nothing where it cannot be parsed alone.
    private static func found<Found>(
        in sql: String, _ tokens: some Sequence<Token>, _ reader: (NodePointer) -> [Found]
    ) -> [Found] {
        read(sql, tokens) { tree in
            (0..<tree.count).flatMap { index in
                tree.statement(index).map { reader($0.node) } ?? []
            }
        } ?? []
    }

    /// What a reader finds in the SQL that an EXECUTE is given as a constant.
    private static func executed<Found>(
        _ expression: String, _ tokens: some Sequence<Token>, _ reader: (NodePointer) -> [Found]
    ) -> [Found] {
        let sql = read("SELECT " + expression, tokens) { tree in
            tree.statement(0).flatMap { onlyConstant($0.node) }
        }
        guard let sql = sql.flatMap({ $0 }), let words = Token.scan(sql) else { return [] }
        return found(in: sql, words, reader)
    }

    private static func onlyConstant(_ node: NodePointer) -> String? {
        guard node.pointee.node_case == PG_QUERY__NODE__NODE_SELECT_STMT,
            let select = node.pointee.select_stmt?.pointee, select.n_target_list == 1,
            let target = nodes(select.n_target_list, select.target_list).first,
            target.pointee.node_case == PG_QUERY__NODE__NODE_RES_TARGET
        else { return nil }
        return target.pointee.res_target?.pointee.val.flatMap(constant)
    }

    /// The tokens of a body are one string to the script around it, so that its stack does not
    /// count them.
    private static func read<Value>(
        _ sql: String, _ tokens: some Sequence<Token>, _ body: (borrowing ParseTree) -> Value
    ) -> Value? {
        let depth = Token.nesting(of: Array(tokens))
        return LargeStack.run(bytes: depth * LargeStack.bytesPerToken) { () -> Value? in
            guard let tree = try? ParseTree(sql) else { return nil }
            return body(tree)
        }.flatMap { $0 }
    }
}

extension Effect {
    /// The same where it is not known whether it happens.
    fileprivate var conditional: Effect {
        switch self {
        case .create(let kind, let name, let columns, _):
            .create(kind, name, columns: columns, ifNotExists: true)
        case .createEnum(let name, let values, _):
            .createEnum(name, values: values, ifNotExists: true)
        case .addColumn(let table, let column, _):
            .addColumn(table: table, column, ifNotExists: true)
        default: self
        }
    }
}

extension TableAction {
    /// The same where it is not known whether it happens, and in a text of its own.
    fileprivate var conditional: TableAction {
        switch self {
        case .createTable(let table):
            .createTable(
                NewTable(
                    name: table.name, columns: table.columns, constraints: table.constraints,
                    partitionOf: table.partitionOf, inherits: table.inherits, ifNotExists: true))
        case .addColumn(let table, let column, _):
            .addColumn(table: table, column, ifNotExists: true)
        case .addConstraint(let table, var constraint):
            {
                constraint.offset = nil
                return .addConstraint(table: table, constraint)
            }()
        default: self
        }
    }
}
