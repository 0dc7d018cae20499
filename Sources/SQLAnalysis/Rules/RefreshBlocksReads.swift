/// REFRESH MATERIALIZED VIEW without CONCURRENTLY.
struct RefreshBlocksReads: Rule {
    let name = "refresh-blocks-reads"
    let hazard = Hazard.lock

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.compactMap { action in
            guard
                case .fixed(_, .materializedView, let view, .accessExclusive, let work) = action,
                work.contains(.rewrite), !context.schema.isNew(.materializedView, view)
            else { return nil }
            return finding(
                context, .warning,
                "Nobody can read \(view) until REFRESH has run its query; use CONCURRENTLY, which "
                    + "needs a unique index on the view.",
                [DatabaseObject(.materializedView, context.schema.resolve(.view, view))],
                impacts: context.schema.impacts(of: action),
                safer: "REFRESH MATERIALIZED VIEW CONCURRENTLY \(view);")
        }
    }
}
