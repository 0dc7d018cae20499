/// ALTER COLUMN … TYPE that writes the table anew, or checks every row again.
struct TypeRewrite: Rule {
    let name = "type-rewrite"
    let hazard = Hazard.lock

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.compactMap { action in
            guard case .alterType(let table, let column, let type, _) = action,
                context.isOld(table), let impact = context.impact(of: action, on: table),
                !impact.work.isEmpty
            else { return nil }
            let cost = context.cost(of: impact.work, on: table)
            let old = context.schema.type(ofColumn: column, of: table)
            let from = old.map { " from \($0)" } ?? ""
            let quoted = ObjectName.quote(column)
            let work =
                old == nil
                ? "may write all of \(table) anew (its type is not known)"
                : impact.work.contains(.rewrite)
                    ? "writes all of \(table) anew" : "checks every row of \(table) again"
            return finding(
                context, cost.severity,
                "Changing \(quoted)\(from) to \(type) \(work), and nobody can read or write it "
                    + "meanwhile\(cost.phrase); add a new column, fill it in batches, and switch "
                    + "over.",
                [DatabaseObject(.column, context.schema.resolve(.table, table), column: column)],
                impacts: context.schema.impacts(of: action),
                safer: safer(table, column, type))
        }
    }

    private func safer(_ table: ObjectName, _ column: String, _ type: ColumnType) -> String {
        let (old, new) = (ObjectName.quote(column), ObjectName.quote("\(column)_new"))
        return """
            ALTER TABLE \(table) ADD COLUMN \(new) \(type);
            -- write both columns from the application, then in batches:
            UPDATE \(table) SET \(new) = \(old)::\(type) WHERE \(new) IS NULL;
            -- when no running release reads the old one, in a later migration:
            ALTER TABLE \(table) RENAME COLUMN \(old) TO \(ObjectName.quote("\(column)_old"));
            ALTER TABLE \(table) RENAME COLUMN \(new) TO \(old);
            """
    }
}
