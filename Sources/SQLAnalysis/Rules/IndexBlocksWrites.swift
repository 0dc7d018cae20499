/// CREATE INDEX without CONCURRENTLY on a table that others write to.
struct IndexBlocksWrites: Rule {
    let name = "index-blocks-writes"
    let hazard = Hazard.lock

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.compactMap { action in
            guard case .createIndex(let index) = action, !index.isConcurrent,
                context.isOld(index.table), !isView(index.table, context),
                let impact = context.impact(of: action, on: index.table), !impact.work.isEmpty
            else { return nil }
            let cost = context.cost(of: impact.work, on: index.table)
            let table = context.schema.resolve(.table, index.table)
            let locked = context.held[table].map { $0.mode.blocksReads ? " and reads" : "" } ?? ""
            return finding(
                context, cost.severity,
                "CREATE INDEX stops all writes\(locked) on \(index.table) until the index is "
                    + "built\(cost.phrase); build it CONCURRENTLY, in a migration of its own.",
                [context.object(index.table)], impacts: [impact],
                safer: Self.concurrently(context.statement))
        }
    }

    /// Nobody writes a materialized view but REFRESH.
    private func isView(_ name: ObjectName, _ context: RuleContext) -> Bool {
        context.schema.object(.table, name)?.kind == .materializedView
    }

    /// The statement with CONCURRENTLY behind INDEX; nil where it is not the statement's own word.
    private static func concurrently(_ statement: Statement) -> String? {
        let text = String(statement.text)
        guard statement.tag == "CREATE INDEX",
            let word = (Token.scan(text) ?? []).first(where: { $0.kind == .index })
        else { return nil }
        return "\(text.slice(utf8: 0..<word.end)) CONCURRENTLY"
            + "\(text.slice(utf8: word.end..<text.utf8.count));"
    }
}
