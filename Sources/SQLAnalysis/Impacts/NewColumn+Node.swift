import CPgQuery

extension NewColumn {
    private static let serials: Set<String> = [
        "serial", "serial2", "serial4", "serial8", "smallserial", "bigserial",
    ]

    /// The column of a ColumnDef node; nil for other nodes.
    init?(_ node: NodePointer) {
        guard node.pointee.node_case == PG_QUERY__NODE__NODE_COLUMN_DEF,
            let definition = node.pointee.column_def?.pointee,
            let name = text(definition.colname)
        else { return nil }
        self.init(name: name, type: ColumnType(definition.type_name))
        let words = definition.type_name.map { nodes($0.pointee.n_names, $0.pointee.names) } ?? []
        if let type = words.last?.name, Self.serials.contains(type) {
            isNotNull = true
            filling = .computed
            isNumbered = true
        }
        for constraint in nodes(definition.n_constraints, definition.constraints) {
            take(constraint)
        }
    }

    private mutating func take(_ node: NodePointer) {
        guard node.pointee.node_case == PG_QUERY__NODE__NODE_CONSTRAINT,
            let constraint = node.pointee.constraint?.pointee
        else { return }
        switch constraint.contype {
        case PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL: isNotNull = true
        case PG_QUERY__CONSTR_TYPE__CONSTR_IDENTITY:
            isNotNull = true
            filling = .computed
            isNumbered = true
        case PG_QUERY__CONSTR_TYPE__CONSTR_GENERATED: filling = .computed
        case PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT:
            filling = constraint.raw_expr.map(Self.filling) ?? .nothing
        default:
            guard let constraint = TableConstraint(node, column: name) else { return }
            if constraint.kind == .primaryKey { isNotNull = true }
            constraints.append(constraint)
        }
    }

    private static func filling(_ expression: NodePointer) -> Filling {
        if expression.pointee.node_case == PG_QUERY__NODE__NODE_A_CONST,
            expression.pointee.a_const?.pointee.isnull == 1
        {
            return .nothing
        }
        return .value(functions: TreeWalk.functions(in: expression))
    }
}
