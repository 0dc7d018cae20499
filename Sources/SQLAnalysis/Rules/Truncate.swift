/// TRUNCATE of a table that was there before the plan.
struct Truncate: Rule {
    let name = "truncate"
    let hazard = Hazard.loss

    func check(_ context: RuleContext) -> [Finding] {
        context.effects.compactMap { effect in
            guard case .truncate(let table, let cascade) = effect,
                !context.schema.isNew(.table, table)
            else { return nil }
            let others =
                cascade ? " and, through CASCADE, of every table that references it" : ""
            return finding(
                context, .error,
                "TRUNCATE deletes all rows of \(table)\(others); back them up first, or delete "
                    + "only the rows that are meant.",
                [DatabaseObject(.table, context.schema.resolve(.table, table))])
        }
    }
}
