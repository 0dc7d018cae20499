/// ROLLBACK, behind which nothing of a block is left though the migration counts as applied.
struct WorkThrownAway: Rule {
    let name = "work-thrown-away"
    let hazard = Hazard.script

    func check(_ context: RuleContext) -> [Finding] {
        guard case .rollback = context.statement.control,
            let unit = context.script.units.last(where: {
                $0.statements.upperBound <= context.index
            }),
            unit.ending == .rollback, unit.statements.upperBound == context.index,
            let first = unit.statements.first
        else { return [] }
        let statements = context.script.statements
        let from = statements[first].ordinal
        let to = statements[context.index - 1].ordinal
        let which = from == to ? "statement \(from)" : "statements \(from) to \(to)"
        return [
            finding(
                context, .warning,
                "ROLLBACK throws the work of \(which) away, and the migration counts as applied "
                    + "all the same; write COMMIT, or take it out.", [])
        ]
    }
}
