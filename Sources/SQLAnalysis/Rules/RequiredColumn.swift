/// ADD COLUMN … NOT NULL without a default, which fails as soon as there is a row.
struct RequiredColumn: Rule {
    let name = "required-column"
    let hazard = Hazard.failure

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.compactMap { action in
            guard case .addColumn(let table, let column, let isGuarded) = action,
                column.isNotNull, column.filling == .nothing, context.isOld(table)
            else { return nil }
            if isGuarded, context.schema.column(column.name, of: table) != nil { return nil }
            let isEmpty = context.hasNoRows(table)
            let size = context.size(of: table)
            let severity: Severity = isEmpty ? .note : size == nil ? .warning : .error
            let words = isEmpty ? " (it has none)" : size.map { " (it has \($0.rows) or so)" }
            let quoted = ObjectName.quote(column.name)
            return finding(
                context, severity,
                "Adding \(quoted) NOT NULL without a default fails if \(table) has a row"
                    + "\(words ?? ""), and a running release that does not know the column can "
                    + "insert no more; add it nullable or with a default, fill it, and make it NOT "
                    + "NULL in a later migration.",
                [
                    DatabaseObject(
                        .column, context.schema.resolve(.table, table), column: column.name)
                ],
                safer: safer(table, column))
        }
    }

    private func safer(_ table: ObjectName, _ column: NewColumn) -> String {
        let type = column.type?.description ?? "text"
        return """
            ALTER TABLE \(table) ADD COLUMN \(ObjectName.quote(column.name)) \(type);
            -- fill it, in batches where there are many rows, then in later migrations:
            \(SetNotNull.safer(table, column.name))
            """
    }
}
