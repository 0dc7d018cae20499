/// SET SCHEMA of something that a running release uses.
struct MovedToSchema: Rule {
    let name = "moved-to-schema"
    let hazard = Hazard.compatibility

    func check(_ context: RuleContext) -> [Finding] {
        context.effects.compactMap { effect in
            guard case .setSchema(let kind, let name, let schema) = effect,
                [.table, .view, .materializedView, .type, .function].contains(kind),
                !context.schema.isNew(kind, name)
            else { return nil }
            return finding(
                context, .warning,
                "The running release does not find the \(kind.rawValue) \(name) in schema "
                    + "\(ObjectName.quote(schema)); move it when every running release looks there.",
                [DatabaseObject(kind, context.schema.resolve(kind, name))],
                impacts: context.schema.impacts(of: context.statement))
        }
    }
}
