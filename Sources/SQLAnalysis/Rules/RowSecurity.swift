/// Row level security that hides rows from a running release.
struct RowSecurity: Rule {
    let name = "row-security"
    let hazard = Hazard.compatibility

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.compactMap { action in
            guard case .fixed(let form, .table, let table, _, _) = action,
                form == "ENABLE ROW SECURITY" || form == "FORCE ROW SECURITY",
                context.isOld(table)
            else { return nil }
            let isForced = form == "FORCE ROW SECURITY"
            let who = isForced ? "the table's owner, too," : "every role but the owner"
            return finding(
                context, isForced && !hasPolicy(table, context) ? .warning : .note,
                "From now on \(who) sees and writes only the rows of \(table) that its policies "
                    + "allow\(hasPolicy(table, context) ? "" : ", and this migration makes none"); "
                    + "try the running release with them first.",
                [context.object(table)], impacts: context.schema.impacts(of: action))
        }
    }

    private func hasPolicy(_ table: ObjectName, _ context: RuleContext) -> Bool {
        let name = context.schema.resolve(.table, table)
        return context.script.statements.lazy.flatMap(\.actions).contains { action in
            guard case .fixed("CREATE POLICY", _, let other, _, _) = action else { return false }
            return context.schema.resolve(.table, other) == name
        }
    }
}
