/// A table that is dropped and made again under its name, as when fields were only reordered.
struct TableRecreated: Rule {
    let name = "table-recreated"
    let hazard = Hazard.loss

    func check(_ context: RuleContext) -> [Finding] {
        context.effects.compactMap { effect in
            guard case .drop(.table, let table, _, let isGuarded) = effect, context.isOld(table),
                !isGuarded || !context.isUnheardOf(table)
            else { return nil }
            let name = context.schema.resolve(.table, table)
            guard let isCopied = successorIsFilled(of: name, context) else { return nil }
            return finding(
                context, isCopied ? .warning : .error,
                "\(table) is dropped and made again"
                    + (isCopied
                        ? ", which copies every row while nobody can use it and drops what pointed "
                            + "to it; "
                        : " without its rows; ")
                    + "change it with ALTER TABLE, and leave the order of columns as it is: "
                    + "it means nothing to PostgreSQL.",
                [context.object(table)])
        }
    }

    /// Whether the script copies rows into what takes the table's name; nil where nothing does.
    private func successorIsFilled(of name: ObjectName, _ context: RuleContext) -> Bool? {
        for statement in context.script.statements {
            for effect in statement.effects {
                switch effect {
                case .create(.table, let created, _, _)
                where context.schema.newKey(.table, created).name == name:
                    return isFilled(context.schema.newKey(.table, created).name, context)
                case .rename(.table, let from, let to)
                where context.schema.newKey(.table, to).name == name:
                    return isFilled(context.schema.newKey(.table, from).name, context)
                default: break
                }
            }
        }
        return nil
    }

    private func isFilled(_ table: ObjectName, _ context: RuleContext) -> Bool {
        context.script.statements.lazy.flatMap(\.actions).contains { action in
            guard case .fixed("INSERT", _, let name, _, _) = action else { return false }
            return context.schema.newKey(.table, name).name == table
        }
    }
}
