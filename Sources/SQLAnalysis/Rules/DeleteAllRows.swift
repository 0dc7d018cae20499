/// DELETE without a condition on a table that was there before the plan.
struct DeleteAllRows: Rule {
    let name = "delete-all-rows"
    let hazard = Hazard.loss

    func check(_ context: RuleContext) -> [Finding] {
        context.effects.compactMap { effect in
            guard case .delete(let table, .all) = effect,
                !context.schema.isNew(.table, table)
            else { return nil }
            return finding(
                context, .error,
                "DELETE without WHERE deletes all rows of \(table); back them up first, or name "
                    + "the rows that are meant.",
                [DatabaseObject(.table, context.schema.resolve(.table, table))])
        }
    }
}
