/// ADD COLUMN of the type json, which has no equality.
struct JSONColumn: Rule {
    let name = "json-column"
    let hazard = Hazard.compatibility

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.compactMap { action in
            guard case .addColumn(let table, let column, _) = action, context.isOld(table),
                let type = column.type, type.name == ObjectName(name: "json"), !type.isArray
            else { return nil }
            let quoted = ObjectName.quote(column.name)
            return finding(
                context, .note,
                "SELECT DISTINCT, UNION and GROUP BY over all columns of \(table) fail with "
                    + "\(quoted), since json has no equality; use jsonb.",
                [
                    DatabaseObject(
                        .column, context.schema.resolve(.table, table), column: column.name)
                ],
                safer: "ALTER TABLE \(table) ADD COLUMN \(quoted) jsonb;")
        }
    }
}
