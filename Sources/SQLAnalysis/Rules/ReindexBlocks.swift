/// REINDEX without CONCURRENTLY.
struct ReindexBlocks: Rule {
    let name = "reindex-blocks"
    let hazard = Hazard.lock

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.compactMap { action in
            guard case .reindex(let kind, let name, isConcurrent: false) = action else {
                return nil
            }
            let table =
                kind == .index ? context.schema.object(.index, name)?.index?.table : name
            if let table, !context.isOld(table) { return nil }
            if kind == .index, context.schema.isNew(.index, name) { return nil }
            let cost = Cost(table.flatMap { context.size(of: $0) }, [.scan, .indexBuild])
            let whose = kind == .table ? name.description : "the table of \(name)"
            let command = "REINDEX \(kind.rawValue.uppercased())"
            return finding(
                context, cost.severity,
                "\(command) stops writes on \(whose), and reads that use the index, until it is "
                    + "built\(cost.phrase); use REINDEX CONCURRENTLY.",
                [DatabaseObject(kind, context.schema.resolve(kind, name))],
                impacts: context.schema.impacts(of: action),
                safer: "\(command) CONCURRENTLY \(name);")
        }
    }
}
