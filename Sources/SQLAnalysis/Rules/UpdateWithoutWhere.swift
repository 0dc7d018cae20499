/// UPDATE without a condition of columns that were there before the plan; filling a new column
/// overwrites nothing.
struct UpdateWithoutWhere: Rule {
    let name = "update-without-where"
    let hazard = Hazard.loss

    func check(_ context: RuleContext) -> [Finding] {
        context.effects.compactMap { effect in
            guard case .update(let table, let columns, isFiltered: false) = effect else {
                return nil
            }
            let overwritten = columns.filter { !context.schema.isNew(column: $0, of: table) }
            guard !overwritten.isEmpty else { return nil }
            let resolved = context.schema.resolve(.table, table)
            let names = overwritten.map(ObjectName.quote).joined(separator: ", ")
            return finding(
                context, .warning,
                "UPDATE without WHERE overwrites \(names) in every row of \(table); keep the old "
                    + "values in another column, or name the rows that are meant.",
                overwritten.map { DatabaseObject(.column, resolved, column: $0) })
        }
    }
}
