/// A unique index or constraint over columns that have values already, which fails where two
/// rows have the same.
struct DuplicatesRefused: Rule {
    let name = "duplicates-refused"
    let hazard = Hazard.failure

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.compactMap { action in
            switch action {
            case .createIndex(let index) where index.isUnique:
                return found(index.table, index.columns, context)
            case .addConstraint(let table, let constraint)
            where [.unique, .primaryKey].contains(constraint.kind)
                && constraint.usingIndex == nil:
                return found(table, constraint.columns, context)
            default: return nil
            }
        }
    }

    private func found(_ table: ObjectName, _ columns: [String?], _ context: RuleContext)
        -> Finding?
    {
        guard context.isOld(table) else { return nil }
        let names = columns.compactMap { $0 }
        if names.contains(where: { context.isNumbered($0, of: table) }) { return nil }
        let isFresh = names.contains { column in
            context.schema.isNew(column: column, of: table)
                && !context.isFilled(column, of: table)
        }
        // A new column has nulls only, which are never the same.
        if isFresh { return nil }
        if names.count == columns.count, context.isKnownUnique(names, in: table) { return nil }
        let isEmpty = context.hasNoRows(table)
        let what =
            names.isEmpty ? "an expression" : names.map(ObjectName.quote).joined(separator: ", ")
        let list = names.map(ObjectName.quote).joined(separator: ", ")
        return finding(
            context, isEmpty ? .note : .warning,
            "The migration fails if two rows of \(table) have the same \(what)"
                + "\(isEmpty ? " (the table is empty)" : ""); look for them first.",
            [context.object(table)],
            safer: names.count < columns.count
                ? nil
                : "SELECT \(list), count(*) FROM \(table) GROUP BY \(list) HAVING count(*) > 1;")
    }
}

extension RuleContext {
    /// Whether a column gets a number of its own in each row: the plan has added it as `serial`
    /// or identity, maybe in this very statement.
    fileprivate func isNumbered(_ column: String, of table: ObjectName) -> Bool {
        let added = actions.lazy.compactMap { action -> NewColumn? in
            guard case .addColumn(table, let new, _) = action, new.name == column else {
                return nil
            }
            return new
        }.first
        return added?.isNumbered ?? (schema.column(column, of: table)?.isNumbered ?? false)
    }

    /// Whether a new column has values: a default, or an UPDATE of the script writes it.
    func isFilled(_ column: String, of table: ObjectName) -> Bool {
        if schema.column(column, of: table)?.hasDefault == true { return true }
        let name = schema.resolve(.table, table)
        return script.statements[..<index].lazy.flatMap(\.effects).contains { effect in
            guard case .update(let updated, let columns, _) = effect else { return false }
            return schema.resolve(.table, updated) == name && columns.contains(column)
        }
    }

    /// Whether a unique index or constraint over some of the columns is there already.
    func isKnownUnique(_ columns: [String], in table: ObjectName) -> Bool {
        let wanted = Set(columns)
        let constraints = schema.object(.table, table)?.constraints.values
        let isConstrained =
            constraints?.contains {
                [.unique, .primaryKey].contains($0.kind) && !$0.columns.isEmpty
                    && wanted.isSuperset(of: $0.columns)
            } ?? false
        return isConstrained
            || schema.indexes(of: table).contains { index in
                index.isUnique && !index.isPartial
                    && index.columns.allSatisfy { column in
                        column.map(wanted.contains) ?? false
                    }
            }
    }
}
