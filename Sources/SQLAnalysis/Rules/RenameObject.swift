/// Renames of types, enum values, views, functions and schemas that a running release uses.
struct RenameObject: Rule {
    let name = "rename-object"
    let hazard = Hazard.compatibility

    func check(_ context: RuleContext) -> [Finding] {
        context.effects.compactMap { effect in
            switch effect {
            case .rename(let kind, let from, let to): renamed(kind, from, to, context)
            case .renameEnumValue(let type, let from, let to)
            where !context.schema.isNew(.type, type):
                finding(
                    context, .warning,
                    "The running release still writes '\(from)' of the enum \(type), which fails as "
                        + "soon as it is called '\(to)'; keep the value with @map(\"\(from)\").",
                    [DatabaseObject(.type, context.schema.resolve(.type, type))])
            default: nil
            }
        }
    }

    private func renamed(
        _ kind: ObjectKind, _ from: ObjectName, _ to: ObjectName, _ context: RuleContext
    ) -> Finding? {
        guard
            [.type, .domain, .view, .materializedView, .schema, .function, .procedure].contains(
                kind),
            !context.schema.isNew(kind, from), !isReplaced(kind, from, context)
        else { return nil }
        return finding(
            context, .warning,
            "The running release still asks for the \(kind.rawValue) \(from) and fails as soon as "
                + "it is called \(to.name); rename it when no running release uses the old name.",
            [DatabaseObject(kind, context.schema.resolve(kind, from))])
    }

    /// Whether the script puts another one in its place, as Prisma does to change an enum.
    private func isReplaced(_ kind: ObjectKind, _ name: ObjectName, _ context: RuleContext) -> Bool
    {
        let old = context.schema.resolve(kind, name)
        return context.script.statements.lazy.flatMap(\.effects).contains { effect in
            switch effect {
            case .rename(kind, _, let to): context.schema.newKey(kind, to).name == old
            case .create(kind, let created, _, _):
                context.schema.newKey(kind, created).name == old
            case .createEnum(let created, _, _):
                kind == .type && context.schema.newKey(.type, created).name == old
            default: false
            }
        }
    }
}
