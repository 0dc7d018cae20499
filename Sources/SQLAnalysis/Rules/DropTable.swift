/// DROP TABLE of a table that was there before the plan.
struct DropTable: Rule {
    let name = "drop-table"
    let hazard = Hazard.loss

    func check(_ context: RuleContext) -> [Finding] {
        context.effects.compactMap { effect in
            guard case .drop(.table, let table, let cascade, let isGuarded) = effect,
                !context.schema.isNew(.table, table)
            else { return nil }
            let object = DatabaseObject(.table, context.schema.resolve(.table, table))
            if isGuarded, context.isUnheardOf(table) {
                return finding(
                    context, .note,
                    "No migration creates \(table), so DROP TABLE IF EXISTS finds it only where "
                        + "somebody has made it by hand, and deletes it there with all its rows.",
                    [object])
            }
            return finding(
                context, .error,
                "DROP TABLE \(table) deletes the table with all its rows"
                    + "\(cascadeWarning(cascade)); drop it only when no running release uses it "
                    + "and its rows are backed up.",
                [object])
        }
    }
}

extension RuleContext {
    /// Whether the whole history is known and none of it creates the table.
    func isUnheardOf(_ table: ObjectName) -> Bool {
        schema.knowsWholeHistory && schema.object(.table, table) == nil
    }
}
