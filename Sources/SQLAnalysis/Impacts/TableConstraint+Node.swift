import CPgQuery

extension TableConstraint {
    /// The constraint of a Constraint node; nil for NOT NULL, DEFAULT and the like.
    ///
    /// - Parameters:
    ///   - node: the node.
    ///   - column: the column it stands behind, if any.
    init?(_ node: NodePointer, column: String? = nil) {
        guard node.pointee.node_case == PG_QUERY__NODE__NODE_CONSTRAINT,
            let constraint = node.pointee.constraint?.pointee,
            let kind = Kind(constraint.contype)
        else { return nil }
        let keys = nodes(constraint.n_keys, constraint.keys).compactMap(\.name)
        let foreign = nodes(constraint.n_fk_attrs, constraint.fk_attrs).compactMap(\.name)
        let checked = constraint.raw_expr.map(TreeWalk.columns) ?? []
        let written = kind == .check ? checked : keys + foreign
        self.init(
            kind: kind, name: text(constraint.conname),
            columns: written.isEmpty ? column.map { [$0] } ?? [] : written,
            isNotValid: constraint.skip_validation != 0,
            references: ObjectName(constraint.pktable),
            referencedColumns: nodes(constraint.n_pk_attrs, constraint.pk_attrs).compactMap(\.name),
            usingIndex: text(constraint.indexname),
            notNullColumns: constraint.raw_expr.map(Self.notNullColumns) ?? [],
            offset: Int(constraint.location))
    }

    /// The columns that an expression demands not to be null: `a IS NOT NULL AND …`.
    private static func notNullColumns(_ node: NodePointer) -> [String] {
        if node.pointee.node_case == PG_QUERY__NODE__NODE_NULL_TEST,
            let test = node.pointee.null_test?.pointee,
            test.nulltesttype == PG_QUERY__NULL_TEST_TYPE__IS_NOT_NULL
        {
            return test.arg.flatMap(TreeWalk.column).map { [$0] } ?? []
        }
        guard node.pointee.node_case == PG_QUERY__NODE__NODE_BOOL_EXPR,
            let expression = node.pointee.bool_expr?.pointee,
            expression.boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR
        else { return [] }
        return nodes(expression.n_args, expression.args).flatMap(notNullColumns)
    }
}

extension TableConstraint.Kind {
    fileprivate init?(_ type: PgQuery__ConstrType) {
        switch type {
        case PG_QUERY__CONSTR_TYPE__CONSTR_CHECK: self = .check
        case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY: self = .primaryKey
        case PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE: self = .unique
        case PG_QUERY__CONSTR_TYPE__CONSTR_EXCLUSION: self = .exclusion
        case PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN: self = .foreignKey
        default: return nil
        }
    }
}
