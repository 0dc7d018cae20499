/// LOCK TABLE that keeps others from a table until the migration ends.
struct ExplicitLock: Rule {
    let name = "explicit-lock"
    let hazard = Hazard.lock

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.compactMap { action in
            guard case .fixed("LOCK TABLE", _, let table, let mode, _) = action,
                mode.blocksWrites, context.isOld(table)
            else { return nil }
            let blocked = mode.blocksReads ? "read or write" : "write"
            return finding(
                context, .note,
                "LOCK TABLE in \(mode.name) mode: nobody can \(blocked) \(table) until the "
                    + "migration ends.",
                [context.object(table)], impacts: context.schema.impacts(of: action))
        }
    }
}
