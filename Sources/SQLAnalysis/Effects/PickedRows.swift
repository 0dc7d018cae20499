import CPgQuery

/// The rows that a DELETE or an UPDATE picks, in the parse tree of the statement.
struct PickedRows {
    let relation: UnsafeMutablePointer<PgQuery__RangeVar>?
    let with: UnsafeMutablePointer<PgQuery__WithClause>?
    /// The relations of USING, or of FROM.
    let others: (count: Int, list: UnsafeMutablePointer<NodePointer?>?)
    let condition: NodePointer?

    /// A condition that names no column holds for all rows or for none, and a join without a
    /// condition leaves none out.
    var isFiltered: Bool {
        guard let condition else { return false }
        return isCursor || !TreeWalk.columns(in: condition).isEmpty
    }

    private var isCursor: Bool {
        condition?.pointee.node_case == PG_QUERY__NODE__NODE_CURRENT_OF_EXPR
    }

    /// - Parameter counted: `*`, or the quoted column whose values are counted.
    /// - Returns: which rows they are.
    func selection(counting counted: String) -> RowSelection {
        guard isFiltered else { return .all }
        guard !isCursor, let condition, !changesRows else { return .some }
        var reads: [ObjectName] = []
        // What a session is and the server does is another thing when the plan runs.
        var isSettled = true
        for node in [condition] + nodes(others.count, others.list) + queries {
            TreeWalk.nodes(below: node) { node in
                guard node.pointee.node_case == PG_QUERY__NODE__NODE_RANGE_VAR,
                    let name = ObjectName(node.pointee.range_var)
                else { return }
                reads.append(name)
                isSettled = isSettled && !Self.isServers(name)
            }
            for function in TreeWalk.functions(in: node) {
                isSettled = isSettled && !Self.isUnsettled(function)
            }
        }
        guard isSettled else { return .some }
        return RowSelection(
            isFiltered: true, counting: query(counted, where: condition), reads: reads)
    }

    /// Whether a relation is the server's own.
    private static func isServers(_ relation: ObjectName) -> Bool {
        relation.schema == "pg_catalog" || relation.schema == "information_schema"
            || relation.schema == nil && relation.name.hasPrefix("pg_")
    }

    /// Whether a function answers differently in another session, or each time.
    private static func isUnsettled(_ function: ObjectName) -> Bool {
        guard function.schema == nil || function.schema == "pg_catalog" else { return false }
        return unsettled.contains(function.name)
            || ["pg_", "inet_", "txid_", "query_to_", "table_to_", "cursor_to_", "has_"].contains {
                function.name.hasPrefix($0)
            }
    }

    private static let unsettled: Set = [
        "current_setting", "set_config", "current_query", "current_schemas", "random",
        "random_normal", "gen_random_uuid", "uuid_generate_v4", "lastval", "currval", "nextval",
        "version", "row_security_active", "schema_to_xml", "database_to_xml",
    ]

    /// The queries of the WITH clause.
    private var queries: [NodePointer] {
        guard let with = with?.pointee else { return [] }
        return nodes(with.n_ctes, with.ctes)
    }

    /// Whether the WITH clause does, which no counting may.
    private var changesRows: Bool {
        var found = false
        for node in queries {
            TreeWalk.nodes(below: node) { node in
                switch node.pointee.node_case {
                case PG_QUERY__NODE__NODE_DELETE_STMT, PG_QUERY__NODE__NODE_UPDATE_STMT,
                    PG_QUERY__NODE__NODE_INSERT_STMT, PG_QUERY__NODE__NODE_MERGE_STMT:
                    found = true
                default: break
                }
            }
        }
        return found
    }

    /// A query of the same shape with the statement's own relation, condition and joins in it.
    private func query(_ counted: String, where condition: NodePointer) -> String? {
        let isJoined = others.count > 0
        let template =
            "SELECT count(\(counted)) FROM t WHERE "
            + (isJoined ? "EXISTS (SELECT FROM u WHERE true)" : "true")
        guard let tree = try? ParseTree(template) else { return nil }
        return tree.sql { outer in
            guard let from = outer.pointee.from_clause?[0] else { return nil }
            let inner = isJoined ? Self.inner(outer) : outer
            guard let inner else { return nil }
            let old = (
                from.pointee.range_var, outer.pointee.with_clause, inner.pointee.where_clause,
                inner.pointee.n_from_clause, inner.pointee.from_clause
            )
            from.pointee.range_var = relation
            outer.pointee.with_clause = with
            inner.pointee.where_clause = condition
            if isJoined {
                inner.pointee.n_from_clause = others.count
                inner.pointee.from_clause = others.list
            }
            return {
                from.pointee.range_var = old.0
                outer.pointee.with_clause = old.1
                inner.pointee.where_clause = old.2
                inner.pointee.n_from_clause = old.3
                inner.pointee.from_clause = old.4
            }
        }
    }

    private static func inner(_ outer: UnsafeMutablePointer<PgQuery__SelectStmt>)
        -> UnsafeMutablePointer<PgQuery__SelectStmt>?
    {
        guard let condition = outer.pointee.where_clause,
            condition.pointee.node_case == PG_QUERY__NODE__NODE_SUB_LINK,
            let select = condition.pointee.sub_link?.pointee.subselect,
            select.pointee.node_case == PG_QUERY__NODE__NODE_SELECT_STMT
        else { return nil }
        return select.pointee.select_stmt
    }
}

extension Conversion {
    /// - Parameters:
    ///   - using: the expression of USING.
    ///   - column: the column whose type changes.
    init(_ using: NodePointer?, of column: String) {
        guard let using else {
            self = .implicit
            return
        }
        self = Self.isCast(of: column, using) ? .cast : .expression(Self.sql(using))
    }

    /// Whether an expression is the column itself, cast any number of times.
    private static func isCast(of column: String, _ node: NodePointer) -> Bool {
        if TreeWalk.column(node) == column { return true }
        guard node.pointee.node_case == PG_QUERY__NODE__NODE_TYPE_CAST,
            let argument = node.pointee.type_cast?.pointee.arg
        else { return false }
        return isCast(of: column, argument)
    }

    private static func sql(_ expression: NodePointer) -> String? {
        guard let tree = try? ParseTree("SELECT (1)") else { return nil }
        let sql = tree.sql { select in
            guard let target = select.pointee.target_list?[0]?.pointee.res_target else {
                return nil
            }
            let old = target.pointee.val
            target.pointee.val = expression
            return { target.pointee.val = old }
        }
        return sql.map { String($0.dropFirst("SELECT ".count)) }
    }
}
