import CPgQuery

/// What a statement does to the settings of its session so that it comes to the same in another
/// one.
public enum SettingChange: Sendable, Hashable {
    /// SET, RESET, or a SELECT of nothing but `set_config` of constants, as pg_dump writes it;
    /// the settings' names in lower case, `all` for RESET ALL.
    case changes([String])
    /// DISCARD ALL.
    case forgetsAll

    /// nil for what ends with its transaction, and for all that is more than that.
    init?(_ node: NodePointer) {
        let value = node.pointee
        switch value.node_case {
        case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
            guard let statement = value.variable_set_stmt?.pointee, statement.is_local == 0 else {
                return nil
            }
            let name = text(statement.name)?.lowercased() ?? "all"
            // SET TRANSACTION, and the settings that it stands for.
            if name.hasPrefix("transaction") { return nil }
            self = .changes([name])
        case PG_QUERY__NODE__NODE_DISCARD_STMT:
            guard value.discard_stmt?.pointee.target == PG_QUERY__DISCARD_MODE__DISCARD_ALL else {
                return nil
            }
            self = .forgetsAll
        case PG_QUERY__NODE__NODE_SELECT_STMT:
            guard let names = value.select_stmt.flatMap({ Self.configured($0.pointee) }) else {
                return nil
            }
            self = .changes(names)
        default: return nil
        }
    }

    /// The names that a SELECT of `set_config` sets for its session; nil where it does anything
    /// besides, or reads anything.
    private static func configured(_ select: PgQuery__SelectStmt) -> [String]? {
        guard select.op == PG_QUERY__SET_OPERATION__SETOP_NONE, select.with_clause == nil,
            select.into_clause == nil, select.n_from_clause == 0, select.where_clause == nil,
            select.n_group_clause == 0, select.having_clause == nil, select.n_values_lists == 0,
            select.n_sort_clause == 0, select.limit_count == nil, select.limit_offset == nil,
            select.n_distinct_clause == 0
        else { return nil }
        var names: [String] = []
        for target in nodes(select.n_target_list, select.target_list) {
            guard let call = target.pointee.res_target?.pointee.val?.pointee,
                call.node_case == PG_QUERY__NODE__NODE_FUNC_CALL,
                let function = call.func_call?.pointee,
                let name = ObjectName(nodes(function.n_funcname, function.funcname)),
                name.name == "set_config", name.schema == nil || name.schema == "pg_catalog",
                function.agg_filter == nil, function.over == nil
            else { return nil }
            let arguments = nodes(function.n_args, function.args)
            guard arguments.count == 3,
                arguments.allSatisfy({ $0.pointee.node_case == PG_QUERY__NODE__NODE_A_CONST }),
                let setting = constant(arguments[0])
            else { return nil }
            if constant(arguments[2]) == "false" { names.append(setting.lowercased()) }
        }
        return names.isEmpty ? nil : names
    }
}

extension Statement {
    /// The names that `set_config` sets for the session to what only the run of the statement
    /// tells, also in the body of a DO block; empty for a name that it does not tell either.
    var computedSettings: [String] {
        guard settingChange == nil, !tag.hasSuffix(" FUNCTION"), !tag.hasSuffix(" PROCEDURE")
        else { return [] }
        return Self.configured(String(text), readsStrings: tag == "DO")
    }

    private static func configured(_ source: String, readsStrings: Bool) -> [String] {
        let tokens = (Token.scan(source) ?? []).filter { !$0.isComment }
        var names: [String] = []
        for index in tokens.indices {
            let word = source.slice(utf8: tokens[index].range)
            if readsStrings, tokens[index].kind == .string {
                names += configured(content(word), readsStrings: false)
            } else if ["set_config", "\"set_config\""].contains(word.lowercased()),
                let name = configured(tokens, index + 1, source)
            {
                names.append(name)
            }
        }
        return names
    }

    /// The name that a call sets whose parenthesis is the token at `index`; nil where it lasts
    /// for a transaction only.
    private static func configured(_ tokens: [Token], _ index: Int, _ source: String) -> String? {
        guard index < tokens.count, tokens[index].kind == .openParenthesis else { return nil }
        var arguments: [[Token]] = [[]]
        var depth = 1
        for token in tokens[(index + 1)...] {
            if token.kind == .openParenthesis { depth += 1 }
            if token.kind == .closeParenthesis { depth -= 1 }
            if depth == 0 { break }
            if depth == 1, token.kind == .comma {
                arguments.append([])
            } else {
                arguments[arguments.count - 1].append(token)
            }
        }
        let words = arguments.map { argument in
            argument.count == 1 ? source.slice(utf8: argument[0].range) : ""
        }
        if words.last?.lowercased() == "true" { return nil }
        return words[0].hasPrefix("'") ? content(words[0]).lowercased() : ""
    }

    /// What a string constant holds, in quotes or between dollars.
    private static func content(_ literal: Substring) -> String {
        if literal.hasPrefix("$"), let end = literal.dropFirst().firstIndex(of: "$") {
            let delimiter = literal[...end].count
            return String(literal.dropFirst(delimiter).dropLast(delimiter))
        }
        let start = literal.firstIndex(of: "'").map(literal.index(after:)) ?? literal.startIndex
        return String(literal[start...].dropLast()).replacing("''", with: "'")
    }
}

extension Script {
    /// The SQL that makes the settings of another session those that the finished statements
    /// have made, in order.
    ///
    /// - Parameter finished: how many statements are finished.
    /// - Returns: statements, each without a semicolon.
    public func settings(behind finished: Int) -> [String] {
        changedSettings(behind: finished).repeated
    }

    /// What can be said again of the settings that the finished statements have left, and what
    /// cannot.
    func changedSettings(behind finished: Int) -> (repeated: [String], lost: [SessionObject]) {
        var repeated: [(names: [String], sql: String)] = []
        var lost: [String] = []
        for statement in lasting(behind: finished) {
            switch statement.settingChange {
            case .changes(let names):
                repeated.append((names, String(statement.text)))
                lost.removeAll { names.contains($0) || names.contains("all") }
            case .forgetsAll:
                // DISCARD ALL itself must stand alone, and would give the locks away.
                repeated = [(["all"], "RESET ALL")]
                lost = []
            case nil:
                let computed = statement.computedSettings
                repeated.removeAll { computed.contains($0.names.joined()) }
                lost += computed
            }
        }
        return (repeated.map(\.sql), lost.map { SessionObject(kind: .setting, name: $0) })
    }

    /// The finished statements that no ROLLBACK, also to a savepoint, has taken back.
    func lasting(behind finished: Int) -> [Statement] {
        units.filter { $0.ending == .commit }.flatMap { unit in
            var lasting: [Statement] = []
            var savepoints: [(name: String, count: Int)] = []
            for statement in statements[unit.statements.clamped(to: 0..<finished)] {
                lasting.append(statement)
                for case .transaction(let step) in statement.effects {
                    switch step {
                    case .savepoint(let name): savepoints.append((name, lasting.count))
                    case .release(let name):
                        guard let index = savepoints.lastIndex(where: { $0.name == name }) else {
                            continue
                        }
                        savepoints.removeSubrange(index...)
                    case .rollbackTo(let name):
                        guard let index = savepoints.lastIndex(where: { $0.name == name }) else {
                            continue
                        }
                        lasting.removeLast(lasting.count - savepoints[index].count)
                        savepoints.removeSubrange((index + 1)...)
                    default: break
                    }
                }
            }
            return lasting
        }
    }
}
