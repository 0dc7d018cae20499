/// DROP DATABASE.
struct DropDatabase: Rule {
    let name = "drop-database"
    let hazard = Hazard.loss

    func check(_ context: RuleContext) -> [Finding] {
        context.effects.compactMap { effect in
            guard case .drop(.database, let database, _, _) = effect,
                !context.schema.isNew(.database, database)
            else { return nil }
            return finding(
                context, .error,
                "DROP DATABASE \(database) deletes a whole database, and no migration can bring "
                    + "it back; take the statement out.",
                [DatabaseObject(.database, database)])
        }
    }
}
