/// ADD UNIQUE, PRIMARY KEY or EXCLUDE, which builds an index while nobody can read the table.
struct ConstraintBuildsIndex: Rule {
    let name = "constraint-builds-index"
    let hazard = Hazard.lock

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.flatMap { action -> [Finding] in
            switch action {
            case .addConstraint(let table, let constraint):
                [found(action, constraint, on: table, context)].compactMap { $0 }
            case .addColumn(let table, let column, _):
                column.constraints.compactMap { found(action, $0, on: table, context) }
            default: []
            }
        }
    }

    private func found(
        _ action: TableAction, _ constraint: TableConstraint, on table: ObjectName,
        _ context: RuleContext
    ) -> Finding? {
        guard [.unique, .primaryKey, .exclusion].contains(constraint.kind),
            constraint.usingIndex == nil, context.isOld(table),
            let impact = context.impact(of: action, on: table)
        else { return nil }
        let cost = context.cost(of: impact.work, on: table)
        let advice =
            constraint.kind == .exclusion
            ? "PostgreSQL knows no other way, so plan a quiet hour"
            : "build a unique index CONCURRENTLY first and add the constraint USING INDEX"
        return finding(
            context, cost.severity,
            "ADD \(constraint.kind.rawValue) stops all reads and writes on \(table) until its "
                + "index is built\(cost.phrase); \(advice).",
            [context.object(table)], impacts: [impact], safer: safer(constraint, table))
    }

    private func safer(_ constraint: TableConstraint, _ table: ObjectName) -> String? {
        guard constraint.kind != .exclusion, !constraint.columns.isEmpty else { return nil }
        let ending = constraint.kind == .unique ? "key" : "pkey"
        let name = ObjectName.quote(
            constraint.name ?? ([table.name] + constraint.columns + [ending]).joined(separator: "_")
        )
        let columns = constraint.columns.map(ObjectName.quote).joined(separator: ", ")
        return """
            -- in a migration of its own:
            CREATE UNIQUE INDEX CONCURRENTLY \(name) ON \(table) (\(columns));
            -- in the next one:
            ALTER TABLE \(table) ADD CONSTRAINT \(name) \(constraint.kind.rawValue) USING INDEX \(name);
            """
    }
}
