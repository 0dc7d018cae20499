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
        let ready = readyIndex(for: constraint, on: table, context)
        let advice =
            constraint.kind == .exclusion
            ? "PostgreSQL knows no other way, so plan a quiet hour"
            : ready.map { "take over the unique index \($0), which is there, USING INDEX" }
                ?? "build a unique index CONCURRENTLY first and add the constraint USING INDEX"
        return finding(
            context, cost.severity,
            "ADD \(constraint.kind.rawValue) stops all reads and writes on \(table) until its "
                + "index is built\(cost.phrase); \(advice).",
            [context.object(table)], impacts: [impact],
            safer: safer(constraint, table, taking: ready))
    }

    /// A unique index over the very same columns, which the constraint can take over.
    private func readyIndex(
        for constraint: TableConstraint, on table: ObjectName, _ context: RuleContext
    ) -> String? {
        guard constraint.kind != .exclusion, !constraint.columns.isEmpty else { return nil }
        let constraints = context.schema.object(.table, table)?.constraints
        return context.schema.indexes(of: table).filter { index in
            index.isUnique && !index.isPartial && index.columns == constraint.columns
                && index.name.map { constraints?[$0.name] == nil } ?? false
        }.compactMap(\.name?.name).min().map(ObjectName.quote)
    }

    private func safer(
        _ constraint: TableConstraint, _ table: ObjectName, taking ready: String?
    ) -> String? {
        guard constraint.kind != .exclusion, !constraint.columns.isEmpty else { return nil }
        let ending = constraint.kind == .unique ? "key" : "pkey"
        let name = ObjectName.quote(
            constraint.name ?? ([table.name] + constraint.columns + [ending]).joined(separator: "_")
        )
        if let ready {
            return """
                -- it gets the constraint's name, so it must not be dropped any more:
                ALTER TABLE \(table) ADD CONSTRAINT \(name) \(constraint.kind.rawValue) USING INDEX \(ready);
                """
        }
        let columns = constraint.columns.map(ObjectName.quote).joined(separator: ", ")
        return """
            -- in a migration of its own:
            CREATE UNIQUE INDEX CONCURRENTLY \(name) ON \(table) (\(columns));
            -- in the next one:
            ALTER TABLE \(table) ADD CONSTRAINT \(name) \(constraint.kind.rawValue) USING INDEX \(name);
            """
    }
}
