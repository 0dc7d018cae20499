/// DROP NOT NULL: a running release may meet nulls it does not expect.
struct DropNotNull: Rule {
    let name = "drop-not-null"
    let hazard = Hazard.compatibility

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.compactMap { action in
            guard case .dropNotNull(let table, let column) = action, context.isOld(table),
                !context.schema.isNew(column: column, of: table),
                context.schema.column(column, of: table)?.isNotNull != false,
                !isDropped(column, of: context.schema.resolve(.table, table), context)
            else { return nil }
            return finding(
                context, .note,
                "\(ObjectName.quote(column)) of \(table) may be null from now on, which a running "
                    + "release does not expect; write no nulls before every reader knows them.",
                [DatabaseObject(.column, context.schema.resolve(.table, table), column: column)])
        }
    }

    private func isDropped(_ column: String, of table: ObjectName, _ context: RuleContext) -> Bool {
        context.following.lazy.flatMap(\.actions).contains { action in
            guard case .dropColumn(let name, let dropped) = action else { return false }
            return dropped == column && context.schema.resolve(.table, name) == table
        }
    }
}
