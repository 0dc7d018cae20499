/// Work that takes long and stops nobody by itself, behind a statement of the same transaction
/// that has locked a table.
struct WorkUnderLock: Rule {
    let name = "work-under-lock"
    let hazard = Hazard.lock

    func check(_ context: RuleContext) -> [Finding] {
        guard
            let held = context.held.filter({ $0.value.mode.blocksWrites }).max(by: {
                ($0.value.mode, $1.key.description) < ($1.value.mode, $0.key.description)
            })
        else { return [] }
        let impacts = context.schema.impacts(of: context.statement).filter {
            context.isOld($0.relation) && !$0.work.isEmpty && !$0.lock.blocksWrites
        }
        guard let impact = impacts.first else { return [] }
        let cost = context.cost(of: work(impact, context), on: impact.relation)
        let (blocked, statement) = (
            held.value.mode.blocksReads ? "read or write" : "write", held.value.statement
        )
        let severity = isSelective(context) ? min(.note, cost.severity) : cost.severity
        return [
            finding(
                context, severity,
                "Statement \(statement) keeps \(context.shown(held.key)) locked (\(held.value.mode.name)), so "
                    + "nobody can \(blocked) it while this \(context.statement.tag) goes through "
                    + "\(context.shown(impact.relation))\(cost.phrase); move this statement to the next migration.",
                [DatabaseObject(.table, impact.relation)], impacts: impacts)
        ]
    }

    /// Changed rows are written anew, one by one.
    private func work(_ impact: Impact, _ context: RuleContext) -> Impact.Work {
        impact.lock == .rowExclusive ? [.scan, .rewrite] : impact.work
    }

    /// Whether the statement may well touch only a few rows.
    private func isSelective(_ context: RuleContext) -> Bool {
        context.effects.contains { effect in
            switch effect {
            case .update(_, _, let isFiltered): isFiltered
            case .delete(_, let rows): rows.isFiltered
            default: false
            }
        }
    }
}
