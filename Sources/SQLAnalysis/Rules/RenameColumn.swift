/// ALTER TABLE … RENAME COLUMN, unless the script adds one of the old name.
struct RenameColumn: Rule {
    let name = "rename-column"
    let hazard = Hazard.compatibility

    func check(_ context: RuleContext) -> [Finding] {
        context.effects.compactMap { effect in
            guard case .renameColumn(let table, let from, let to) = effect,
                !context.schema.isNew(column: from, of: table),
                !isAddedAgain(from, to: context.schema.resolve(.table, table), context)
            else { return nil }
            let (old, new) = (ObjectName.quote(from), ObjectName.quote(to))
            return finding(
                context, .warning,
                "The running release still asks for \(old) of \(table) and fails as soon as it is "
                    + "called \(new); keep the name in the database with @map(\"\(from)\"), or add "
                    + "\(new), write both, and drop \(old) in a later release.",
                [DatabaseObject(.column, context.schema.resolve(.table, table), column: from)],
                impacts: context.schema.impacts(of: context.statement))
        }
    }

    private func isAddedAgain(_ column: String, to table: ObjectName, _ context: RuleContext)
        -> Bool
    {
        context.script.statements.lazy.flatMap(\.effects).contains { effect in
            guard case .addColumn(let name, let added, _) = effect else { return false }
            return added.name == column && context.schema.resolve(.table, name) == table
        }
    }
}
