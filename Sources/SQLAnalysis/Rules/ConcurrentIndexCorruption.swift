/// CREATE INDEX CONCURRENTLY and REINDEX CONCURRENTLY on a server that gets them wrong.
struct ConcurrentIndexCorruption: Rule {
    let name = "concurrent-index-corruption"
    let hazard = Hazard.lock

    func check(_ context: RuleContext) -> [Finding] {
        guard let version = context.schema.serverVersion, (140_000..<140_004).contains(version)
        else { return [] }
        return context.actions.compactMap { action in
            switch action {
            case .createIndex(let index) where index.isConcurrent && context.isOld(index.table):
                found(context, context.object(index.table))
            case .reindex(let kind, let name, isConcurrent: true):
                found(context, DatabaseObject(kind, context.schema.resolve(kind, name)))
            default: nil
            }
        }
    }

    private func found(_ context: RuleContext, _ object: DatabaseObject) -> Finding {
        finding(
            context, .error,
            "PostgreSQL 14.0 to 14.3 can leave rows out of an index that is built CONCURRENTLY "
                + "(release notes of 14.4); update the server first.",
            [object])
    }
}
