/// DROP DEFAULT of a column that must not be null: a running release may leave it out.
struct DropDefault: Rule {
    let name = "drop-default"
    let hazard = Hazard.compatibility

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.compactMap { action in
            guard case .setDefault(let table, let column, isDropped: true) = action,
                context.isOld(table), !context.schema.isNew(column: column, of: table),
                let known = context.schema.column(column, of: table), known.isNotNull == true,
                known.hasDefault != false, !isSetAgain(column, table, context)
            else { return nil }
            return finding(
                context, .note,
                "An INSERT of the running release that leaves out \(ObjectName.quote(column)) of "
                    + "\(table) fails without its default; drop it when every release names the "
                    + "column.",
                [DatabaseObject(.column, context.schema.resolve(.table, table), column: column)])
        }
    }

    /// Whether the script gives it another default, or takes the column away.
    private func isSetAgain(_ column: String, _ table: ObjectName, _ context: RuleContext) -> Bool {
        let resolved = context.schema.resolve(.table, table)
        return context.script.statements[context.index...].lazy.flatMap(\.actions).contains {
            action in
            switch action {
            case .setDefault(let name, column, isDropped: false), .dropColumn(let name, column),
                .dropNotNull(let name, column):
                context.schema.resolve(.table, name) == resolved
            default: false
            }
        }
    }
}
