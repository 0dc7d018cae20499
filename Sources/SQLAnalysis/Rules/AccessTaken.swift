/// REVOKE and DROP POLICY, which take away what a running release may do.
struct AccessTaken: Rule {
    let name = "access-taken"
    let hazard = Hazard.compatibility

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.compactMap { action in
            guard case .fixed(let form, .table, let table, _, _) = action,
                form == "REVOKE" || form == "DROP POLICY", context.isOld(table)
            else { return nil }
            if form == "DROP POLICY", isMadeAgain(table, context) { return nil }
            return finding(
                context, .note,
                "\(form) on \(table) takes rights away; make sure that no running release needs "
                    + "them.",
                [context.object(table)])
        }
    }

    private func isMadeAgain(_ table: ObjectName, _ context: RuleContext) -> Bool {
        let name = context.schema.resolve(.table, table)
        return context.following.lazy.flatMap(\.actions).contains { action in
            guard case .fixed("CREATE POLICY", _, let other, _, _) = action else { return false }
            return context.schema.resolve(.table, other) == name
        }
    }
}
