import CPgQuery

extension EffectReader {
    /// What statements do that change the session or the transaction; nil for all others.
    static func session(_ node: NodePointer) -> [Effect]? {
        let value = node.pointee
        switch value.node_case {
        case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT: return searchPath(value.variable_set_stmt)
        case PG_QUERY__NODE__NODE_TRANSACTION_STMT: return transaction(value.transaction_stmt)
        case PG_QUERY__NODE__NODE_DISCARD_STMT:
            switch value.discard_stmt?.pointee.target {
            case PG_QUERY__DISCARD_MODE__DISCARD_ALL:
                return [.discardTemporary, .setSearchPath([])]
            case PG_QUERY__DISCARD_MODE__DISCARD_TEMP: return [.discardTemporary]
            default: return []
            }
        default: return nil
        }
    }

    private static func searchPath(_ statement: UnsafeMutablePointer<PgQuery__VariableSetStmt>?)
        -> [Effect]
    {
        guard let statement = statement?.pointee else { return [] }
        if statement.kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL {
            return [.setSearchPath([])]
        }
        guard text(statement.name) == "search_path" else { return [] }
        let schemas = nodes(statement.n_args, statement.args).compactMap(constant)
        return [.setSearchPath(schemas.filter(isSchema))]
    }

    /// What `set_config('search_path', …)` does; nil for other calls.
    static func configured(_ call: PgQuery__FuncCall) -> Effect? {
        let arguments = nodes(call.n_args, call.args)
        guard ObjectName(nodes(call.n_funcname, call.funcname))?.name == "set_config",
            let name = arguments.first.flatMap(constant), name.lowercased() == "search_path",
            arguments.count > 1
        else { return nil }
        guard let path = constant(arguments[1]) else {
            return .unreadable("it sets search_path to what only its run tells")
        }
        let schemas = path.split(separator: ",").map { part -> String in
            let name = part.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            guard name.hasPrefix("\""), name.hasSuffix("\""), name.count > 1 else {
                return name.lowercased()
            }
            return String(name.dropFirst().dropLast()).replacing("\"\"", with: "\"")
        }
        return .setSearchPath(schemas.filter(isSchema))
    }

    private static func isSchema(_ name: String) -> Bool { !name.isEmpty && name != "$user" }

    private static func transaction(_ statement: UnsafeMutablePointer<PgQuery__TransactionStmt>?)
        -> [Effect]
    {
        guard let statement = statement?.pointee else { return [] }
        let name = text(statement.savepoint_name) ?? ""
        let again: [TransactionStep] = statement.chain != 0 ? [.begin] : []
        let steps: [TransactionStep] =
            switch statement.kind {
            case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN,
                PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START:
                [.begin]
            case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT: [.commit] + again
            // What is prepared may be rolled back later.
            case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK,
                PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_PREPARE:
                [.rollback] + again
            case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_SAVEPOINT: [.savepoint(name)]
            case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_RELEASE: [.release(name)]
            case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO: [.rollbackTo(name)]
            default: []
            }
        return steps.map { .transaction($0) }
    }
}
