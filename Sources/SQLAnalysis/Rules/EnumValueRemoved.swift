/// An enum that is replaced by one with fewer values, as Prisma writes it: the new type is
/// created, the columns are converted, the old type is renamed away and dropped.
struct EnumValueRemoved: Rule {
    let name = "enum-value-removed"
    let hazard = Hazard.failure

    func check(_ context: RuleContext) -> [Finding] {
        context.effects.compactMap { effect in
            guard case .drop(.type, let type, _, _) = effect, !context.schema.isNew(.type, type),
                let old = context.schema.object(.type, type),
                let new = context.schema.replacement(of: type), let newValues = new.values
            else { return nil }
            let object = DatabaseObject(.type, old.original)
            let written = ObjectName(schema: type.schema, name: old.original.name)
            guard let oldValues = old.values else {
                return finding(
                    context, .warning,
                    "The enum \(written) is replaced by one with the values "
                        + "\(list(newValues)); the migration fails where a row has another one, "
                        + "so change those rows first.",
                    [object])
            }
            let removed = oldValues.filter { !newValues.contains($0) }
            guard !removed.isEmpty else { return nil }
            let what = removed.count == 1 ? "the value" : "the values"
            return finding(
                context, .warning,
                "The enum \(written) loses \(what) \(list(removed)); the migration fails "
                    + "where a row has it, so change those rows first.",
                [object])
        }
    }

    private func list(_ values: [String]) -> String {
        values.map { "'\($0)'" }.joined(separator: ", ")
    }
}
