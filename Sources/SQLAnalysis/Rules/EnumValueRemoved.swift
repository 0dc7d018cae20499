/// A column that becomes an enum with fewer values, as Prisma writes it: the new type is created,
/// the columns are converted, the old type is renamed away and dropped.
struct EnumValueRemoved: Rule {
    let name = "enum-value-removed"
    let hazard = Hazard.failure

    /// What a column was before.
    private enum Former {
        case values(ObjectName, [String])
        case unknownEnum(ObjectName)
        case text(ColumnType)
    }

    func check(_ context: RuleContext) -> [Finding] {
        context.effects.compactMap { effect in
            guard case .alterColumnType(let table, let column, let type, _) = effect,
                !context.schema.isNew(column: column, of: table),
                let new = context.schema.object(.type, type.name)?.values,
                let former = former(column, table, type, context)
            else { return nil }
            let quoted = ObjectName.quote(column)
            switch former {
            case .values(let old, let values):
                let removed = values.filter { !new.contains($0) }
                guard !removed.isEmpty else { return nil }
                let what = removed.count == 1 ? "the value" : "the values"
                return found(
                    "The enum \(old) loses \(what) \(list(removed)); the migration fails where "
                        + "\(quoted) of \(table) has \(removed.count == 1 ? "it" : "one of them")",
                    column, table, removed, context,
                    type.isArray ? nil : "\(quoted)::text IN (\(list(removed)))")
            case .unknownEnum(let old):
                return found(
                    "The enum \(old) is replaced by one with the values \(list(new)); the "
                        + "migration fails where \(quoted) of \(table) has another one",
                    column, table, [], context,
                    type.isArray ? nil : "\(quoted)::text NOT IN (\(list(new)))")
            case .text(let old):
                return found(
                    "Changing \(quoted) of \(table) from \(old) to an enum fails where a row has "
                        + "another value than \(list(new))",
                    column, table, [], context, "\(quoted) NOT IN (\(list(new)))")
            }
        }
    }

    private func found(
        _ message: String, _ column: String, _ table: ObjectName, _ removed: [String],
        _ context: RuleContext, _ condition: String?
    ) -> Finding {
        let isHarmless = context.hasNoRows(table) || context.changesRows(with: removed, of: table)
        let advice =
            context.hasNoRows(table)
            ? " (the table is empty)."
            : isHarmless
                ? "; the script changes those rows first." : ", so change those rows first."
        return finding(
            context, isHarmless ? .note : .warning, message + advice,
            [DatabaseObject(.column, context.schema.resolve(.table, table), column: column)],
            safer: condition.map {
                let quoted = ObjectName.quote(column)
                return "SELECT \(quoted), count(*) FROM \(table) WHERE \($0) GROUP BY \(quoted);"
            })
    }

    private func former(
        _ column: String, _ table: ObjectName, _ new: ColumnType, _ context: RuleContext
    ) -> Former? {
        let schema = context.schema
        // The old type may have been renamed away before, or lose its name behind this statement.
        let successor = context.following.lazy.flatMap(\.effects).compactMap { effect in
            guard case .rename(.type, let from, let to) = effect,
                schema.resolve(.type, from) == schema.resolve(.type, new.name)
            else { return ObjectName?.none }
            return to
        }.first
        guard let type = schema.type(ofColumn: column, of: table) else {
            let name = successor ?? new.name
            guard let old = schema.formerEnum(name) else {
                return successor.map { .unknownEnum($0) }
            }
            return old.values.map { .values(name, $0) } ?? .unknownEnum(name)
        }
        if type.name.schema == nil, ["text", "varchar", "citext"].contains(type.name.name) {
            return type.isArray ? nil : .text(type)
        }
        let old = schema.object(.type, type.name)
        let name = old.map { context.shown($0.original) } ?? type.name
        if let values = old?.values { return .values(name, values) }
        return successor == nil ? nil : .unknownEnum(name)
    }

    private func list(_ values: [String]) -> String {
        values.map { "'\($0.replacing("'", with: "''"))'" }.joined(separator: ", ")
    }
}

extension KnownSchema {
    /// The enum that had a name when the plan began, whatever it is called now.
    fileprivate func formerEnum(_ name: ObjectName) -> Object? {
        let key = key(.type, name)
        let renamed = objects.first {
            $0.key.space == .type && $0.value.original == key.name
                && !$0.value.isNew && $0.key != key
        }
        if let renamed { return renamed.value }
        return objects[key].flatMap { $0.isNew ? nil : $0 }
    }
}

extension RuleContext {
    /// Whether statements before change or delete rows by each of some values.
    fileprivate func changesRows(with values: [String], of table: ObjectName) -> Bool {
        let name = schema.resolve(.table, table)
        let changes = script.statements[..<index].filter { statement in
            statement.effects.contains { effect in
                switch effect {
                case .update(let changed, _, isFiltered: true):
                    schema.resolve(.table, changed) == name
                case .delete(let changed, let rows):
                    rows.isFiltered && schema.resolve(.table, changed) == name
                default: false
                }
            }
        }
        return !values.isEmpty
            && values.allSatisfy { value in changes.contains { $0.text.contains("'\(value)'") } }
    }
}
