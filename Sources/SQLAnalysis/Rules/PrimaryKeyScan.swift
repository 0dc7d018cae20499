/// ADD PRIMARY KEY USING INDEX over columns that may be null, which are all looked at.
struct PrimaryKeyScan: Rule {
    let name = "primary-key-scan"
    let hazard = Hazard.lock

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.compactMap { action in
            guard case .addConstraint(let table, let constraint) = action,
                constraint.kind == .primaryKey, let index = constraint.usingIndex,
                context.isOld(table), let impact = context.impact(of: action, on: table),
                impact.work.contains(.scan)
            else { return nil }
            let cost = context.cost(of: impact.work, on: table)
            return finding(
                context, cost.severity,
                "PRIMARY KEY USING INDEX \(ObjectName.quote(index)) makes its columns NOT NULL, and "
                    + "nobody can read or write \(table) while every row is looked at"
                    + "\(cost.phrase); make them NOT NULL by a validated CHECK first.",
                [context.object(table)], impacts: [impact])
        }
    }
}
