/// A rename that is written as drop and create, as Prisma does with a renamed field or model.
struct RenameAsDropAndCreate: Rule {
    let name = "rename-as-drop-and-create"
    let hazard = Hazard.loss

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
        guard let candidate = changes.successor(of: column, type) else { return nil }
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
        // One of the same name is made again: see table-recreated.
        guard !context.isTaken(resolved) else { return nil }
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
    var dropped: [Column] = []
    /// Columns that an UPDATE of the script writes; values that are copied over are not lost.
    var filled: Set<String> = []

    init(of table: ObjectName, in context: RuleContext) {
        for effect in context.script.statements.lazy.flatMap(\.effects) {
            switch effect {
            case .addColumn(let name, let column, _)
            where context.schema.resolve(.table, name) == table:
                added.append(column)
            case .dropColumn(let name, let column, _, _)
            where context.schema.resolve(.table, name) == table:
                let type = context.schema.type(ofColumn: column, of: name)
                dropped.append(Column(name: column, type: type))
            case .update(let name, let columns, _)
            where context.schema.resolve(.table, name) == table:
                filled.formUnion(columns)
            default: break
            }
        }
    }

    /// The added column that a dropped one may have been renamed to: the only one of its type,
    /// or among several the one with the most words in common.
    func successor(of column: String, _ type: ColumnType?) -> Column? {
        let alike = added.filter { type == nil || $0.type == type }
        let rivals = dropped.filter { type == nil || $0.type == nil || $0.type == type }
        if alike.count == 1, rivals.count == 1 { return alike.first(where: isEmpty) }
        let words = Self.words(column)
        let ranked = alike.map { (column: $0, likeness: Self.likeness(words, Self.words($0.name))) }
        guard let best = ranked.max(by: { $0.likeness < $1.likeness }), best.likeness > 1.0 / 3
        else {
            return nil
        }
        return isEmpty(best.column) ? best.column : nil
    }

    private func isEmpty(_ column: Column) -> Bool { !filled.contains(column.name) }

    /// The words of a name in camelCase or snake_case.
    private static func words(_ name: String) -> Set<String> {
        var words: [String] = [""]
        for character in name {
            if character == "_" || character.isUppercase { words.append("") }
            if character != "_" { words[words.count - 1] += character.lowercased() }
        }
        return Set(words.filter { !$0.isEmpty })
    }

    /// The share of words that two names have in common.
    private static func likeness(_ left: Set<String>, _ right: Set<String>) -> Double {
        Double(left.intersection(right).count) / Double(max(1, left.union(right).count))
    }
}
