/// ADD COLUMN with a value of its own for every row, for which the table is written anew.
struct ColumnRewrite: Rule {
    let name = "column-rewrite"
    let hazard = Hazard.lock

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.compactMap { action in
            guard case .addColumn(let table, let column, let isGuarded) = action,
                context.isOld(table), let impact = context.impact(of: action, on: table),
                impact.work.contains(.rewrite)
            else { return nil }
            if isGuarded, context.schema.column(column.name, of: table) != nil { return nil }
            let cost = context.cost(of: impact.work, on: table)
            let quoted = ObjectName.quote(column.name)
            return finding(
                context, cost.severity,
                "Adding \(quoted) writes all of \(table) anew, since \(reason(column, context)), and "
                    + "nobody can read or write it meanwhile\(cost.phrase); add the column "
                    + "without that, and fill it in batches.",
                [context.object(table)], impacts: [impact], safer: safer(column, table, context))
        }
    }

    private func reason(_ column: NewColumn, _ context: RuleContext) -> String {
        if case .value(let functions) = column.filling,
            let function = functions.first(where: {
                context.schema.volatility(of: $0) == .volatile
            })
        {
            return "\(function)() gives each row a value of its own"
        }
        if column.filling == .computed { return "each row gets a value of its own" }
        return "its domain checks every value"
    }

    private func safer(_ column: NewColumn, _ table: ObjectName, _ context: RuleContext) -> String?
    {
        guard case .value(let functions) = column.filling, let function = functions.first else {
            return nil
        }
        let (type, quoted) = (
            column.type?.description ?? "text", ObjectName.quote(column.name)
        )
        return """
            ALTER TABLE \(table) ADD COLUMN \(quoted) \(type);
            ALTER TABLE \(table) ALTER COLUMN \(quoted) SET DEFAULT \(function)();
            -- then in batches:
            UPDATE \(table) SET \(quoted) = DEFAULT WHERE \(quoted) IS NULL;
            """
    }
}
