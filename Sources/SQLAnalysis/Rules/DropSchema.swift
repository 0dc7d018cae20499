/// DROP SCHEMA … CASCADE; without CASCADE PostgreSQL drops only an empty schema.
struct DropSchema: Rule {
    let name = "drop-schema"
    let hazard = Hazard.loss

    func check(_ context: RuleContext) -> [Finding] {
        context.effects.compactMap { effect in
            guard case .drop(.schema, let schema, cascade: true, _) = effect,
                !context.schema.isNew(.schema, schema)
            else { return nil }
            return finding(
                context, .error,
                "DROP SCHEMA \(schema) CASCADE deletes every table in it with all rows; drop the "
                    + "tables one by one, so that each loss is seen.",
                [DatabaseObject(.schema, schema)])
        }
    }
}
