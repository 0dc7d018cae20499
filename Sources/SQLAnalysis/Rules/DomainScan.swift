/// A new constraint of a domain, for which every table with such a column is read.
struct DomainScan: Rule {
    let name = "domain-scan"
    let hazard = Hazard.lock

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.compactMap { action in
            guard case .constrainDomain(let domain, isNotValid: false) = action,
                !context.schema.isNew(.domain, domain)
            else { return nil }
            let impacts = context.schema.impacts(of: action)
            let old = impacts.filter { context.isOld($0.relation) }
            let costs = old.map { context.cost(of: .scan, on: $0.relation) }
            let severity = costs.map(\.severity).max() ?? .warning
            let tables =
                old.isEmpty
                ? "every table with a column of it"
                : old.map(\.relation.description).joined(separator: ", ")
            return finding(
                context, severity,
                "Nobody can write \(tables) while the new constraint of the domain \(domain) is "
                    + "checked for every row, and the migration fails at a value that breaks it; add "
                    + "it NOT VALID, and validate it in the next migration.",
                [DatabaseObject(.domain, context.schema.resolve(.domain, domain))],
                impacts: impacts)
        }
    }
}
