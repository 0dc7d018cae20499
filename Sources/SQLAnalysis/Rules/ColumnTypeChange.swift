/// ALTER COLUMN … TYPE that may change values, on columns that were there before the plan.
struct ColumnTypeChange: Rule {
    let name = "column-type-change"
    let hazard = Hazard.loss

    /// The columns of one table that change, with and without a USING of their own.
    private struct Group: Hashable {
        let table: ObjectName
        let hasUsing: Bool
    }

    func check(_ context: RuleContext) -> [Finding] {
        var groups: [Group] = []
        var changes: [Group: [(column: String, type: ColumnType)]] = [:]
        for effect in context.effects {
            guard case .alterColumnType(let table, let column, let new, let conversion) = effect,
                !context.schema.isNew(column: column, of: table)
            else { continue }
            let old = context.schema.type(ofColumn: column, of: table)
            // To an enum of this plan: rows that do not fit make it fail, see enum-value-removed.
            if context.schema.object(.type, new.name)?.values != nil { continue }
            if !conversion.computes, new.keepsEveryValue(of: old) { continue }
            let group = Group(table: table, hasUsing: conversion.hasUsing)
            if changes[group] == nil { groups.append(group) }
            changes[group, default: []].append((column, new))
        }
        return groups.map { found($0, changes[$0] ?? [], context) }
    }

    private func found(
        _ group: Group, _ changes: [(column: String, type: ColumnType)], _ context: RuleContext
    ) -> Finding {
        let words = changes.map { column, type in
            let old = context.schema.type(ofColumn: column, of: group.table)
            return "\(ObjectName.quote(column))\(old.map { " from \($0)" } ?? "") to \(type)"
        }
        let how =
            group.hasUsing
            ? "check on real rows that USING keeps what is needed"
            : "check on real rows that every value fits, or keep the old column until it is"
        let name = context.schema.resolve(.table, group.table)
        return finding(
            context, context.hasNoRows(group.table) ? .note : .warning,
            "In \(group.table), changing \(words.joined(separator: ", ")) may change or lose "
                + "values; \(how).",
            changes.map { DatabaseObject(.column, name, column: $0.column) })
    }
}
