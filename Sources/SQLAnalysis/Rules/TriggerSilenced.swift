/// DROP TRIGGER and DISABLE TRIGGER: what it kept right is no longer kept right.
struct TriggerSilenced: Rule {
    let name = "trigger-silenced"
    let hazard = Hazard.compatibility

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.compactMap { action in
            guard case .fixed(let form, .table, let table, _, _) = action,
                form.hasPrefix("DISABLE TRIG") || form == "DROP TRIGGER", context.isOld(table),
                !isBack(table, context)
            else { return nil }
            return finding(
                context, .note,
                "\(form == "DROP TRIGGER" ? form : "DISABLE TRIGGER") on \(table): what the trigger "
                    + "did for the writes of a running release is no longer done.",
                [context.object(table)])
        }
    }

    /// Whether the script makes or enables one again.
    private func isBack(_ table: ObjectName, _ context: RuleContext) -> Bool {
        let name = context.schema.resolve(.table, table)
        return context.following.lazy.flatMap(\.actions).contains { action in
            guard case .fixed(let form, _, let other, _, _) = action else { return false }
            return (form == "CREATE TRIGGER" || form.hasPrefix("ENABLE TRIG"))
                && context.schema.resolve(.table, other) == name
        }
    }
}
