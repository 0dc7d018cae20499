/// SET NOT NULL on a column that may have nulls.
struct SetNotNull: Rule {
    let name = "set-not-null"
    let hazard = Hazard.lock

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.compactMap { action in
            guard case .setNotNull(let table, let column) = action, context.isOld(table),
                let impact = context.impact(of: action, on: table), impact.work.contains(.scan)
            else { return nil }
            let quoted = ObjectName.quote(column)
            let cost = context.cost(of: .scan, on: table)
            let failing = failure(column, table, context)
            let isEmpty = context.size(of: table)?.isEmpty ?? false
            return finding(
                context, isEmpty ? .note : max(cost.severity, failing.severity),
                "Nobody can read or write \(table) while SET NOT NULL looks at \(quoted) in every "
                    + "row\(cost.phrase)\(failing.words); prove it by a CHECK that is validated "
                    + "first.",
                [DatabaseObject(.column, context.schema.resolve(.table, table), column: column)],
                impacts: [impact], safer: Self.safer(table, column))
        }
    }

    /// What is known about nulls in the column.
    private func failure(_ column: String, _ table: ObjectName, _ context: RuleContext)
        -> (severity: Severity, words: String)
    {
        let isNew = context.schema.isNew(column: column, of: table)
        let isFilled = context.isFilled(column, of: table)
        if isNew, !isFilled, let size = context.size(of: table), !size.isEmpty {
            return (.error, ", and fails, since the column is new and nothing has filled it")
        }
        if isFilled || context.hasNoRows(table) || context.nullsAreDeleted(column, of: table) {
            return (.note, "")
        }
        return (.warning, ", and the migration fails at a null")
    }

    static func safer(_ table: ObjectName, _ column: String) -> String {
        let (quoted, name) = (
            ObjectName.quote(column), ObjectName.quote("\(table.name)_\(column)_not_null")
        )
        return """
            ALTER TABLE \(table) ADD CONSTRAINT \(name) CHECK (\(quoted) IS NOT NULL) NOT VALID;
            -- in the next migration:
            ALTER TABLE \(table) VALIDATE CONSTRAINT \(name);
            -- in the one behind it, which then looks at no row:
            ALTER TABLE \(table) ALTER COLUMN \(quoted) SET NOT NULL;
            ALTER TABLE \(table) DROP CONSTRAINT \(name);
            """
    }
}

extension RuleContext {
    /// Whether the script deletes the rows in which a column is null: `DELETE FROM table WHERE
    /// column IS NULL`.
    fileprivate func nullsAreDeleted(_ column: String, of table: ObjectName) -> Bool {
        let name = schema.resolve(.table, table)
        return script.statements[..<index].contains { statement in
            let deletes = statement.effects.contains { effect in
                guard case .delete(let deleted, _) = effect else { return false }
                return schema.resolve(.table, deleted) == name
            }
            guard deletes else { return false }
            let source = String(statement.text)
            let words = (Token.scan(source) ?? []).filter { !$0.isComment }.map {
                source.slice(utf8: $0.range)
            }
            return words.indices.dropLast(2).contains { index in
                ObjectName(name: column).isWritten(as: words[index])
                    && words[index + 1].lowercased() == "is"
                    && words[index + 2].lowercased() == "null"
            }
        }
    }
}
