/// A CHECK that is evaluated for every row while nobody can read the table.
struct CheckScan: Rule {
    let name = "check-scan"
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
        guard constraint.kind == .check, !constraint.isNotValid, context.isOld(table),
            let impact = context.impact(of: action, on: table), impact.work.contains(.scan)
        else { return nil }
        let cost = context.cost(of: .scan, on: table)
        let isEmpty = context.size(of: table)?.isEmpty ?? false
        return finding(
            context, isEmpty ? .note : max(cost.severity, .warning),
            "Nobody can read or write \(table) while the new CHECK is evaluated for every row"
                + "\(cost.phrase), and the migration fails at a row that breaks it; add it NOT "
                + "VALID, and validate it in the next migration, which stops nobody.",
            [context.object(table)], impacts: [impact],
            safer: context.twoSteps(constraint, on: table))
    }
}
