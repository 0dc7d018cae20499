/// DROP OWNED BY, which drops whatever a role owns in the database.
struct DropOwned: Rule {
    let name = "drop-owned"
    let hazard = Hazard.loss

    func check(_ context: RuleContext) -> [Finding] {
        context.effects.compactMap { effect in
            guard case .dropOwned(let roles) = effect else { return nil }
            return finding(
                context, .error,
                "DROP OWNED deletes everything that \(roles.joined(separator: ", ")) owns in the "
                    + "database, tables with their rows included; use REASSIGN OWNED first.",
                roles.map { DatabaseObject(.role, ObjectName(name: $0)) })
        }
    }
}
