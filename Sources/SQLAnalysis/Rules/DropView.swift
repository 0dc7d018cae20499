/// DROP VIEW or DROP MATERIALIZED VIEW that is not followed by its new definition.
struct DropView: Rule {
    let name = "drop-view"
    let hazard = Hazard.compatibility

    func check(_ context: RuleContext) -> [Finding] {
        context.effects.compactMap { effect in
            guard case .drop(let kind, let view, let cascade, _) = effect,
                kind == .view || kind == .materializedView, !context.schema.isNew(kind, view),
                !isCreatedAgain(view, context)
            else { return nil }
            return finding(
                context, .note,
                "DROP \(kind.rawValue.uppercased()) \(view) loses no rows, but its readers fail"
                    + "\(cascade ? " and, through CASCADE, what depends on it is dropped" : ""); "
                    + "make sure that no running release uses it.",
                [DatabaseObject(kind, context.schema.resolve(kind, view))])
        }
    }

    private func isCreatedAgain(_ view: ObjectName, _ context: RuleContext) -> Bool {
        let resolved = context.schema.resolve(.view, view)
        return context.following.lazy.flatMap(\.effects).contains { effect in
            guard case .create(_, let name, _, _) = effect else { return false }
            return context.schema.newKey(.view, name).name == resolved
        }
    }
}
