/// A foreign key that is checked for every row while nobody can write either table.
struct ForeignKeyScan: Rule {
    let name = "foreign-key-scan"
    let hazard = Hazard.lock

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.flatMap { action -> [Finding] in
            switch action {
            case .addConstraint(let table, let constraint):
                [found(action, constraint, on: table, nil, context)].compactMap { $0 }
            case .addColumn(let table, let column, _) where column.filling != .nothing:
                column.constraints.compactMap { found(action, $0, on: table, column, context) }
            default: []
            }
        }
    }

    private func found(
        _ action: TableAction, _ constraint: TableConstraint, on table: ObjectName,
        _ column: NewColumn?, _ context: RuleContext
    ) -> Finding? {
        guard constraint.kind == .foreignKey, !constraint.isNotValid, context.isOld(table),
            let other = constraint.references
        else { return nil }
        let impacts = context.schema.impacts(of: action)
        let cost = context.cost(of: .scan, on: table)
        let isFresh =
            column == nil && !constraint.columns.isEmpty
            && constraint.columns.allSatisfy {
                context.schema.isNew(column: $0, of: table) && !context.isFilled($0, of: table)
            }
        let failing = isFresh ? "" : ", and the migration fails at a row without a match"
        let isEmpty = context.size(of: table)?.isEmpty ?? false
        return finding(
            context, isEmpty || isFresh ? cost.severity : max(cost.severity, .warning),
            "Nobody can write \(table)\(table == other ? "" : " or \(other)") while the new foreign "
                + "key is checked for every row\(cost.phrase)\(failing); add it NOT VALID, and "
                + "validate it in the next migration, which lets writers through.",
            [context.object(table)], impacts: impacts,
            safer: context.twoSteps(constraint, on: table))
    }
}

extension RuleContext {
    /// The constraint added NOT VALID, and its validation.
    func twoSteps(_ constraint: TableConstraint, on table: ObjectName) -> String? {
        guard let definition = definition(of: constraint) else { return nil }
        let name = constraint.name ?? KnownSchema.name(of: constraint, table)
        let named = constraint.name == nil ? "CONSTRAINT \(ObjectName.quote(name)) " : ""
        return """
            ALTER TABLE \(table) ADD \(named)\(definition) NOT VALID;
            -- in the next migration:
            ALTER TABLE \(table) VALIDATE CONSTRAINT \(ObjectName.quote(name));
            """
    }
}
