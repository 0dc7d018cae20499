/// ALTER COLUMN … TYPE that writes the table anew, or checks every row again.
struct TypeRewrite: Rule {
    let name = "type-rewrite"
    let hazard = Hazard.lock

    /// One column that changes.
    private struct Change {
        let action: TableAction
        let column: String
        let type: ColumnType
        let impact: Impact
    }

    /// The columns of one table change together, in one pass.
    func check(_ context: RuleContext) -> [Finding] {
        var tables: [ObjectName] = []
        var changes: [ObjectName: [Change]] = [:]
        for action in context.actions {
            guard case .alterType(let table, let column, let type, _) = action,
                context.isOld(table), let impact = context.impact(of: action, on: table),
                !impact.work.isEmpty
            else { continue }
            if changes[table] == nil { tables.append(table) }
            changes[table, default: []].append(
                Change(action: action, column: column, type: type, impact: impact))
        }
        return tables.map { found($0, changes[$0] ?? [], context) }
    }

    private func found(_ table: ObjectName, _ changes: [Change], _ context: RuleContext) -> Finding
    {
        let impacts = changes.flatMap { context.schema.impacts(of: $0.action) }.merged()
        let work = changes.reduce(into: Impact.Work()) { $0.formUnion($1.impact.work) }
        let cost = context.cost(of: work, on: table)
        let words = changes.map { change in
            let old = context.schema.type(ofColumn: change.column, of: table)
            return "\(ObjectName.quote(change.column))\(old.map { " from \($0)" } ?? "") to "
                + change.type.description
        }
        let isUnknown = changes.contains {
            context.schema.type(ofColumn: $0.column, of: table) == nil
        }
        let effect =
            isUnknown
            ? "may write all of \(table) anew (its type is not known)"
            : work.contains(.rewrite)
                ? "writes all of \(table) anew" : "checks every row of \(table) again"
        let advice =
            changes.count == 1
            ? "add a new column, fill it in batches, and switch over"
            : "add new columns, fill them in batches, and switch over"
        let name = context.schema.resolve(.table, table)
        return finding(
            context, cost.severity,
            "Changing \(words.joined(separator: ", ")) \(effect), and nobody can read or write it "
                + "meanwhile\(cost.phrase); \(advice).",
            changes.map { DatabaseObject(.column, name, column: $0.column) },
            impacts: impacts,
            safer: changes.map { safer(table, $0, context) }.joined(separator: "\n"))
    }

    private func safer(_ table: ObjectName, _ change: Change, _ context: RuleContext) -> String {
        let (old, new) = (
            ObjectName.quote(change.column), ObjectName.quote("\(change.column)_new")
        )
        let value = context.conversion(of: change.column) ?? "\(old)::\(change.type)"
        return """
            ALTER TABLE \(table) ADD COLUMN \(new) \(change.type);
            -- write both columns from the application, then in batches:
            UPDATE \(table) SET \(new) = \(value) WHERE \(new) IS NULL;
            -- when no running release reads the old one, in a later migration:
            ALTER TABLE \(table) RENAME COLUMN \(old) TO \(ObjectName.quote("\(change.column)_old"));
            ALTER TABLE \(table) RENAME COLUMN \(new) TO \(old);
            """
    }
}

extension RuleContext {
    /// The expression behind USING with which ALTER TABLE converts a column, as it is written;
    /// nil without one, and in a DO block.
    fileprivate func conversion(of column: String) -> String? {
        let source = String(statement.text)
        guard statement.tag == "ALTER TABLE", let all = Token.scan(source) else { return nil }
        let tokens = all.filter { !$0.isComment }
        var depth = 0
        var name: Token?
        var start: Int?
        for (index, token) in tokens.enumerated() {
            switch source.slice(utf8: token.range).lowercased() {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case "alter" where depth == 0 && index > 0:
                let next = tokens[(index + 1)...].first {
                    source.slice(utf8: $0.range).lowercased() != "column"
                }
                name = next
            case "using" where depth == 0:
                let isWanted = name.map {
                    ObjectName(name: column).isWritten(as: source.slice(utf8: $0.range))
                }
                if isWanted ?? false { start = token.end }
            case "," where depth == 0:
                if let start { return Self.trimmed(source.slice(utf8: start..<token.start)) }
            default: break
            }
        }
        return start.map { Self.trimmed(source.slice(utf8: $0..<source.utf8.count)) }
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0.isWhitespace }
        return String(start.prefix(start.count - start.reversed().prefix { $0.isWhitespace }.count))
    }
}
