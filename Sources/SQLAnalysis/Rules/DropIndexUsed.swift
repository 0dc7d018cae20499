/// DROP INDEX of one that queries or writes of a running release may rely on.
struct DropIndexUsed: Rule {
    let name = "drop-index"
    let hazard = Hazard.compatibility

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.compactMap { action in
            guard case .dropIndex(let name, _) = action, !context.schema.isNew(.index, name) else {
                return nil
            }
            let index = context.schema.object(.index, name)?.index
            if let index, !context.isOld(index.table) || isCovered(index, context) { return nil }
            let table = index.map { " of \($0.table)" } ?? ""
            let unique =
                index?.isUnique == true
                ? "duplicates are accepted from now on, and upserts ON CONFLICT fail"
                : "queries that used it read the whole table"
            return finding(
                context, .note,
                "Without the index \(name)\(table) \(unique); make sure that no running release "
                    + "needs it.",
                [DatabaseObject(.index, context.schema.resolve(.index, name))],
                impacts: context.schema.impacts(of: action))
        }
    }

    /// Whether another index, or one of this script, begins with the same columns.
    private func isCovered(_ dropped: NewIndex, _ context: RuleContext) -> Bool {
        let made = context.script.statements.lazy.flatMap(\.actions).compactMap { action in
            if case .createIndex(let index) = action { index } else { nil }
        }
        let others = context.schema.indexes(of: dropped.table).filter { $0.name != dropped.name }
        return (others + Array(made)).contains { index in
            context.schema.resolve(.table, index.table) == dropped.table && !index.isPartial
                && (!dropped.isUnique || index.isUnique && index.columns == dropped.columns)
                && index.columns.starts(with: dropped.columns)
        }
    }
}
