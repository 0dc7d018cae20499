/// DROP COLUMN of a column that was there before the plan.
struct DropColumn: Rule {
    let name = "drop-column"
    let hazard = Hazard.loss

    func check(_ context: RuleContext) -> [Finding] {
        let added = context.effects.compactMap { effect -> String? in
            guard case .addColumn(_, let column, _) = effect else { return nil }
            return column.name
        }
        return context.effects.compactMap { effect in
            guard case .dropColumn(let table, let column, let cascade, _) = effect,
                !context.schema.isNew(column: column, of: table)
            else { return nil }
            let resolved = context.schema.resolve(.table, table)
            let object = DatabaseObject(.column, resolved, column: column)
            let quoted = ObjectName.quote(column)
            if added.contains(column) {
                return finding(
                    context, .error,
                    "The column \(quoted) of \(table) is dropped and added again, which deletes "
                        + "its values; change its type with ALTER COLUMN … TYPE … USING instead.",
                    [object])
            }
            return finding(
                context, .error,
                "DROP COLUMN deletes all values of \(quoted) in \(table)"
                    + "\(cascadeWarning(cascade)); drop it only when no running release uses it "
                    + "and its values are backed up.",
                [object])
        }
    }
}
