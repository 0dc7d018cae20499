import CPgQuery

// What happens to rows, wherever in a statement it stands.
extension EffectReader {
    /// What a statement does that runs queries: in its WITH clauses and calls too.
    static func executed(_ node: NodePointer) -> [Effect] {
        var effects: [Effect] = []
        TreeWalk.nodes(below: node) { effects += rows($0) }
        return effects
    }

    /// What a statement does that has another one in it; nil for all others.
    static func wrapped(_ node: NodePointer) -> [Effect]? {
        let value = node.pointee
        switch value.node_case {
        case PG_QUERY__NODE__NODE_COPY_STMT: return value.copy_stmt.map { copy($0.pointee) }
        case PG_QUERY__NODE__NODE_EXPLAIN_STMT:
            guard let statement = value.explain_stmt?.pointee, let query = statement.query,
                TableActionReader.option("analyze", statement.n_options, statement.options)
            else { return [] }
            return effects(of: query)
        // EXECUTE runs it, later and as often as it likes.
        case PG_QUERY__NODE__NODE_PREPARE_STMT:
            return value.prepare_stmt?.pointee.query.map(executed)
        case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
            let query = value.create_table_as_stmt?.pointee.query
            return (query.map(executed) ?? []) + created(by: node)
        case PG_QUERY__NODE__NODE_CALL_STMT:
            guard let call = value.call_stmt?.pointee.funccall?.pointee else { return [] }
            return self.call(call) + nodes(call.n_args, call.args).flatMap(executed)
        case PG_QUERY__NODE__NODE_RULE_STMT:
            guard let rule = value.rule_stmt?.pointee, let table = ObjectName(rule.relation) else {
                return []
            }
            let actions = nodes(rule.n_actions, rule.actions).flatMap(executed)
            return [.react(to: table, with: actions)]
        case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT:
            guard let trigger = value.create_trig_stmt?.pointee,
                let table = ObjectName(trigger.relation),
                let function = ObjectName(nodes(trigger.n_funcname, trigger.funcname))
            else { return [] }
            return [.react(to: table, with: [.call(function)])]
        case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT: return routine(node)
        default: return nil
        }
    }

    private static func copy(_ statement: PgQuery__CopyStmt) -> [Effect] {
        var effects = statement.query.map(executed) ?? []
        if statement.is_program != 0 {
            effects.append(.unreadable("it runs a program on the server"))
        }
        if statement.is_from != 0, let table = ObjectName(statement.relation) {
            effects.append(.write(table))
        }
        return effects
    }

    private static func routine(_ node: NodePointer) -> [Effect] {
        guard let statement = node.pointee.create_function_stmt?.pointee,
            let name = ObjectName(nodes(statement.n_funcname, statement.funcname))
        else { return [] }
        let body =
            statement.sql_body.map(executed) ?? RoutineBody(routine: node)?.effects ?? []
        return created(by: node) + [.defineRoutine(name, body: body)]
    }

    // MARK: One node

    private static func rows(_ node: NodePointer) -> [Effect] {
        let value = node.pointee
        switch value.node_case {
        case PG_QUERY__NODE__NODE_DELETE_STMT: return value.delete_stmt.map { delete($0) } ?? []
        case PG_QUERY__NODE__NODE_UPDATE_STMT: return value.update_stmt.map { update($0) } ?? []
        case PG_QUERY__NODE__NODE_INSERT_STMT: return value.insert_stmt.map { insert($0) } ?? []
        case PG_QUERY__NODE__NODE_MERGE_STMT: return value.merge_stmt.map { merge($0) } ?? []
        case PG_QUERY__NODE__NODE_FUNC_CALL: return value.func_call.map { call($0.pointee) } ?? []
        case PG_QUERY__NODE__NODE_SELECT_STMT:
            let into = value.select_stmt?.pointee.into_clause?.pointee.rel
            return ObjectName(into).map {
                [.create(.table, $0, columns: [], ifNotExists: false)]
            } ?? []
        default: return []
        }
    }

    private static func call(_ call: PgQuery__FuncCall) -> [Effect] {
        if let effect = configured(call) { return [effect] }
        return ObjectName(nodes(call.n_funcname, call.funcname)).map { [.call($0)] } ?? []
    }

    private static func delete(_ pointer: UnsafeMutablePointer<PgQuery__DeleteStmt>) -> [Effect] {
        let statement = pointer.pointee
        guard let table = ObjectName(statement.relation) else { return [] }
        let picked = PickedRows(
            relation: statement.relation, with: statement.with_clause,
            others: (statement.n_using_clause, statement.using_clause),
            condition: statement.where_clause)
        return [.delete(table, picked.selection(counting: "*"))]
    }

    private static func update(_ pointer: UnsafeMutablePointer<PgQuery__UpdateStmt>) -> [Effect] {
        let statement = pointer.pointee
        guard let table = ObjectName(statement.relation) else { return [] }
        let picked = PickedRows(
            relation: statement.relation, with: statement.with_clause,
            others: (statement.n_from_clause, statement.from_clause),
            condition: statement.where_clause)
        let targets = nodes(statement.n_target_list, statement.target_list)
        let effect = Effect.update(
            table, columns: targets.compactMap(column), isFiltered: picked.isFiltered)
        guard picked.isFiltered else { return [effect] }
        return targets.filter(isCleared).compactMap(column).map {
            .clear(table, column: $0, picked.selection(counting: ObjectName.quote($0)))
        } + [effect]
    }

    private static func insert(_ pointer: UnsafeMutablePointer<PgQuery__InsertStmt>) -> [Effect] {
        let statement = pointer.pointee
        guard let table = ObjectName(statement.relation) else { return [] }
        let conflict = statement.on_conflict_clause?.pointee
        guard let conflict,
            conflict.action == PG_QUERY__ON_CONFLICT_ACTION__ONCONFLICT_UPDATE
        else { return [.write(table)] }
        let columns = nodes(conflict.n_target_list, conflict.target_list).compactMap(column)
        return [.overwriteSome(table, columns: columns), .write(table)]
    }

    private static func merge(_ pointer: UnsafeMutablePointer<PgQuery__MergeStmt>) -> [Effect] {
        let statement = pointer.pointee
        guard let table = ObjectName(statement.relation) else { return [] }
        let clauses = nodes(statement.n_merge_when_clauses, statement.merge_when_clauses)
        return clauses.flatMap { node -> [Effect] in
            guard node.pointee.node_case == PG_QUERY__NODE__NODE_MERGE_WHEN_CLAUSE,
                let clause = node.pointee.merge_when_clause?.pointee
            else { return [] }
            switch clause.command_type {
            case PG_QUERY__CMD_TYPE__CMD_DELETE: return [.delete(table, .some)]
            case PG_QUERY__CMD_TYPE__CMD_UPDATE:
                let columns = nodes(clause.n_target_list, clause.target_list).compactMap(column)
                return [.overwriteSome(table, columns: columns)]
            case PG_QUERY__CMD_TYPE__CMD_INSERT: return [.write(table)]
            default: return []
            }
        }
    }

    private static func column(_ target: NodePointer) -> String? {
        guard target.pointee.node_case == PG_QUERY__NODE__NODE_RES_TARGET else { return nil }
        return text(target.pointee.res_target?.pointee.name)
    }

    /// Whether the new value is NULL, or what only the table's default tells.
    private static func isCleared(_ target: NodePointer) -> Bool {
        guard target.pointee.node_case == PG_QUERY__NODE__NODE_RES_TARGET,
            let value = target.pointee.res_target?.pointee.val
        else { return false }
        switch value.pointee.node_case {
        case PG_QUERY__NODE__NODE_A_CONST: return value.pointee.a_const?.pointee.isnull == 1
        case PG_QUERY__NODE__NODE_SET_TO_DEFAULT: return true
        default: return false
        }
    }
}
