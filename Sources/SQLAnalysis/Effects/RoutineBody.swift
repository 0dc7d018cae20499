import CPgQuery

/// The body of a DO block or of a procedure: code that may end transactions.
struct RoutineBody: Sendable, Hashable {
    let source: String
    let language: String

    init?(_ node: NodePointer) {
        switch node.pointee.node_case {
        case PG_QUERY__NODE__NODE_DO_STMT:
            guard let statement = node.pointee.do_stmt?.pointee else { return nil }
            self.init(nodes(statement.n_args, statement.args), defaultLanguage: "plpgsql")
        case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
            guard let statement = node.pointee.create_function_stmt?.pointee,
                statement.is_procedure != 0
            else { return nil }
            self.init(nodes(statement.n_options, statement.options), defaultLanguage: "sql")
        default:
            return nil
        }
    }

    /// The body of any function or procedure that a statement creates.
    init?(routine node: NodePointer) {
        guard let statement = node.pointee.create_function_stmt?.pointee else { return nil }
        self.init(nodes(statement.n_options, statement.options), defaultLanguage: "sql")
    }

    init(source: String, language: String) {
        (self.source, self.language) = (source, language.lowercased())
    }

    private init?(_ options: [NodePointer], defaultLanguage: String) {
        var source: String?
        var language = defaultLanguage
        for option in options where option.pointee.node_case == PG_QUERY__NODE__NODE_DEF_ELEM {
            guard let element = option.pointee.def_elem?.pointee, let value = element.arg else {
                continue
            }
            switch text(element.defname) {
            case "language": language = value.name ?? language
            case "as": source = value.name ?? value.items.first?.name
            default: break
            }
        }
        guard let source else { return nil }
        self.source = source
        self.language = language.lowercased()
    }

    /// The procedure that a statement creates or calls.
    static func procedure(_ node: NodePointer) -> ObjectName? {
        switch node.pointee.node_case {
        case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
            guard let statement = node.pointee.create_function_stmt?.pointee,
                statement.is_procedure != 0
            else { return nil }
            return ObjectName(nodes(statement.n_funcname, statement.funcname))
        case PG_QUERY__NODE__NODE_CALL_STMT:
            guard let call = node.pointee.call_stmt?.pointee.funccall?.pointee else { return nil }
            return ObjectName(nodes(call.n_funcname, call.funcname))
        default:
            return nil
        }
    }

    /// Whether the body ends transactions itself, as far as its words tell.
    var endsTransaction: Bool {
        guard language == "plpgsql" else {
            // Other languages do it through a function, such as plpy.commit().
            let source = source.lowercased()
            return language != "sql" && (source.contains("commit") || source.contains("rollback"))
        }
        let tokens = (Token.scan(source) ?? []).filter { !$0.isComment }
        return tokens.indices.contains { index in
            guard tokens[index].kind == .commit || tokens[index].kind == .rollback else {
                return false
            }
            return Self.startsStatement(tokens, index, in: source)
                && index + 1 < tokens.count
                && [.semicolon, .and].contains(tokens[index + 1].kind)
        }
    }

    /// Whether a word stands where a statement of PL/pgSQL begins; COMMIT may name a column.
    static func startsStatement(_ tokens: [Token], _ index: Int, in source: String) -> Bool {
        guard index > 0 else { return true }
        let previous = tokens[index - 1]
        if [.semicolon, .begin, .then, .else].contains(previous.kind) { return true }
        // LOOP is a word of PL/pgSQL only, and a label ends with >>.
        return ["loop", ">>"].contains(source.slice(utf8: previous.range).lowercased())
    }
}
