/// A rename that is written as drop and create, as Prisma does with a renamed field or model.
struct RenameAsDropAndCreate: Rule {
    let name = "rename-as-drop-and-create"

    func check(_ context: RuleContext) -> [Finding] {
        context.effects.compactMap { effect in
            switch effect {
            case .dropColumn(let table, let column, _, _): lostColumn(column, table, context)
            case .drop(.table, let table, _, _): lostTable(table, context)
            default: nil
            }
        }
    }

    private func lostColumn(_ column: String, _ table: ObjectName, _ context: RuleContext)
        -> Finding?
    {
        guard !context.schema.isNew(column: column, of: table) else { return nil }
        let resolved = context.schema.resolve(.table, table)
        let changes = ColumnChanges(of: resolved, in: context)
        guard !changes.added.contains(where: { $0.name == column }) else { return nil }
        let type = context.schema.type(ofColumn: column, of: table)
        let candidates = changes.added.filter { added in
            // Values that are copied over are not lost.
            if changes.filled.contains(added.name) { return false }
            guard let type else { return changes.added.count == 1 && changes.dropped.count == 1 }
            return added.type == type
        }
        guard let candidate = candidates.first else { return nil }
        let (from, to) = (ObjectName.quote(column), ObjectName.quote(candidate.name))
        let alike = type == nil ? "" : " of the same type"
        return finding(
            context, .warning,
            "\(table) loses \(from) and gains \(to)\(alike): if this is a rename, its values are "
                + "lost; write ALTER TABLE \(table) RENAME COLUMN \(from) TO \(to), or keep the "
                + "name in the database with @map(\"\(column)\").",
            [
                DatabaseObject(.column, resolved, column: column),
                DatabaseObject(.column, resolved, column: candidate.name),
            ])
    }

    private func lostTable(_ table: ObjectName, _ context: RuleContext) -> Finding? {
        guard !context.schema.isNew(.table, table),
            let old = context.schema.object(.table, table), old.hasAllColumns
        else { return nil }
        let resolved = context.schema.resolve(.table, table)
        for case .create(.table, let created, let columns, _) in context.script.statements.lazy
            .flatMap(\.effects)
        {
            let new = context.schema.newKey(.table, created).name
            guard new != resolved, Set(columns.map(\.name)) == Set(old.columns.keys) else {
                continue
            }
            return finding(
                context, .warning,
                "\(table) is dropped and \(created) is created with the same columns: if this is "
                    + "a rename, its rows are lost; write ALTER TABLE \(table) RENAME TO "
                    + "\(ObjectName.quote(created.name)), or keep the name in the database with "
                    + "@@map(\"\(table.name)\").",
                [DatabaseObject(.table, resolved), DatabaseObject(.table, new)])
        }
        return nil
    }
}

/// What a script does to the columns of one table.
private struct ColumnChanges {
    var added: [Column] = []
    var dropped: [String] = []
    /// Columns that an UPDATE of the script writes.
    var filled: Set<String> = []

    init(of table: ObjectName, in context: RuleContext) {
        for effect in context.script.statements.lazy.flatMap(\.effects) {
            switch effect {
            case .addColumn(let name, let column, _)
            where context.schema.resolve(.table, name) == table:
                added.append(column)
            case .dropColumn(let name, let column, _, _)
            where context.schema.resolve(.table, name) == table:
                dropped.append(column)
            case .update(let name, let columns, _)
            where context.schema.resolve(.table, name) == table:
                filled.formUnion(columns)
            default: break
            }
        }
    }
}
