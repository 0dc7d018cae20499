/// VACUUM FULL, CLUSTER, SET LOGGED, SET TABLESPACE and their like, which copy a whole table.
struct TableRewrite: Rule {
    let name = "table-rewrite"
    let hazard = Hazard.lock

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.compactMap { action in
            guard case .fixed(let form, .table, let table, .accessExclusive, let work) = action,
                work.contains(.rewrite), context.isOld(table)
            else { return nil }
            let cost = context.cost(of: work, on: table)
            let advice =
                form == "VACUUM FULL" || form == "CLUSTER"
                ? "pg_repack does it while the table is in use" : "plan a quiet hour for it"
            return finding(
                context, cost.severity,
                "\(form) writes all of \(table) anew, and nobody can read or write it meanwhile"
                    + "\(cost.phrase); \(advice).",
                [context.object(table)], impacts: context.schema.impacts(of: action))
        }
    }
}
