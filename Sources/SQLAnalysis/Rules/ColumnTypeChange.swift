/// ALTER COLUMN … TYPE that may change values, on a column that was there before the plan.
struct ColumnTypeChange: Rule {
    let name = "column-type-change"
    let hazard = Hazard.loss

    func check(_ context: RuleContext) -> [Finding] {
        context.effects.compactMap { effect in
            guard case .alterColumnType(let table, let column, let new, let hasUsing) = effect,
                !context.schema.isNew(column: column, of: table)
            else { return nil }
            let old = context.schema.type(ofColumn: column, of: table)
            // To an enum of this plan: rows that do not fit make it fail, see enum-value-removed.
            if context.schema.object(.type, new.name)?.values != nil { return nil }
            if new.keepsEveryValue(of: old) { return nil }
            let object = DatabaseObject(
                .column, context.schema.resolve(.table, table), column: column)
            let from = old.map { " from \($0)" } ?? ""
            let how =
                hasUsing
                ? "check on real rows that its USING expression keeps what is needed"
                : "check on real rows that every value fits, or keep the old column until it is"
            return finding(
                context, .warning,
                "Changing \(ObjectName.quote(column)) of \(table)\(from) to \(new) may change or "
                    + "lose values; \(how).",
                [object])
        }
    }
}
