/// ALTER TABLE … RENAME TO, unless something else takes the old name.
struct RenameTable: Rule {
    let name = "rename-table"
    let hazard = Hazard.compatibility

    func check(_ context: RuleContext) -> [Finding] {
        context.effects.compactMap { effect in
            guard case .rename(.table, let from, let to) = effect, context.isOld(from) else {
                return nil
            }
            let old = context.schema.resolve(.table, from)
            guard !context.isTaken(old) else { return nil }
            let model = "@@map(\"\(from.name)\")"
            return finding(
                context, .warning,
                "The running release still asks for \(from) and fails as soon as it is called "
                    + "\(to.name); keep the name in the database with \(model), or leave a view "
                    + "behind under the old name.",
                [context.object(from)], impacts: context.schema.impacts(of: context.statement),
                safer: """
                    ALTER TABLE \(from) RENAME TO \(ObjectName.quote(to.name));
                    -- until no running release uses the old name:
                    CREATE VIEW \(from) AS SELECT * FROM \(ObjectName(schema: from.schema, name: to.name));
                    """)
        }
    }
}

extension RuleContext {
    /// Whether the script makes something else under a relation's name.
    func isTaken(_ name: ObjectName) -> Bool {
        script.statements.lazy.flatMap(\.effects).contains { effect in
            switch effect {
            case .create(let kind, let created, _, _)
            where kind == .view || kind == .table || kind == .materializedView:
                schema.newKey(kind, created).name == name
            case .rename(.table, _, let to): schema.newKey(.table, to).name == name
            default: false
            }
        }
    }
}
