/// DROP of a function, sequence or extension that a running release or a column may use.
struct DropDependent: Rule {
    let name = "drop-dependent"
    let hazard = Hazard.loss

    func check(_ context: RuleContext) -> [Finding] {
        context.effects.compactMap { effect in
            guard case .drop(let kind, let name, let cascade, _) = effect,
                [.function, .procedure, .routine, .aggregate, .sequence, .extension].contains(kind),
                !context.schema.isNew(kind, name), cascade || !isCreatedAgain(kind, name, context)
            else { return nil }
            let command = "DROP \(kind.rawValue.uppercased()) \(name)"
            let object = DatabaseObject(kind, context.schema.resolve(kind, name))
            guard cascade else {
                return finding(
                    context, .note,
                    "\(command) loses no rows; make sure that no running release uses it.",
                    [object])
            }
            let loss =
                kind == .extension
                ? "every column of its types with its values"
                : "defaults, triggers and views that use it"
            return finding(
                context, kind == .extension ? .error : .warning,
                "\(command) CASCADE also drops \(loss); drop it without CASCADE, which refuses "
                    + "as long as something needs it.",
                [object], safer: "\(command);")
        }
    }

    private func isCreatedAgain(_ kind: ObjectKind, _ name: ObjectName, _ context: RuleContext)
        -> Bool
    {
        let old = context.schema.resolve(kind, name)
        return context.following.lazy.flatMap(\.effects).contains { effect in
            guard case .create(let other, let created, _, _) = effect else { return false }
            return KnownSchema.NameSpace(other) == KnownSchema.NameSpace(kind)
                && context.schema.newKey(other, created).name == old
        }
    }
}
