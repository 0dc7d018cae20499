/// DROP CONSTRAINT of a key that a running release may rely on.
struct DropConstraint: Rule {
    let name = "drop-constraint"
    let hazard = Hazard.compatibility

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.compactMap { action in
            guard case .dropConstraint(let table, let name) = action, context.isOld(table),
                let constraint = context.schema.object(.table, table)?.constraints[name],
                [.unique, .primaryKey].contains(constraint.kind),
                !isAddedAgain(constraint, to: context.schema.resolve(.table, table), context)
            else { return nil }
            let columns = constraint.columns.map(ObjectName.quote).joined(separator: ", ")
            return finding(
                context, .note,
                "Without \(ObjectName.quote(name)) duplicates in \(columns) of \(table) are accepted "
                    + "from now on, and upserts ON CONFLICT fail; make sure that no running release "
                    + "needs it.",
                [context.object(table)], impacts: context.schema.impacts(of: action))
        }
    }

    private func isAddedAgain(
        _ dropped: TableConstraint, to table: ObjectName, _ context: RuleContext
    ) -> Bool {
        context.script.statements.lazy.flatMap(\.actions).contains { action in
            switch action {
            case .addConstraint(let name, let added):
                context.schema.resolve(.table, name) == table && added.columns == dropped.columns
                    && [.unique, .primaryKey].contains(added.kind)
            case .createIndex(let index):
                context.schema.resolve(.table, index.table) == table && index.isUnique
                    && index.columns == dropped.columns.map { $0 }
            case .dropColumn(let name, let column):
                context.schema.resolve(.table, name) == table && dropped.columns.contains(column)
            default: false
            }
        }
    }
}
