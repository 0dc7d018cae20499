/// DROP TABLE of a table that was there before the plan.
struct DropTable: Rule {
    let name = "drop-table"
    let hazard = Hazard.loss

    func check(_ context: RuleContext) -> [Finding] {
        context.effects.compactMap { effect in
            guard case .drop(.table, let table, let cascade, _) = effect,
                !context.schema.isNew(.table, table)
            else { return nil }
            let object = DatabaseObject(.table, context.schema.resolve(.table, table))
            return finding(
                context, .error,
                "DROP TABLE \(table) deletes the table with all its rows"
                    + "\(cascadeWarning(cascade)); drop it only when no running release uses it "
                    + "and its rows are backed up.",
                [object])
        }
    }
}
