/// ATTACH PARTITION of a table with rows, all of which are looked at.
struct AttachPartitionScan: Rule {
    let name = "attach-partition-scan"
    let hazard = Hazard.lock

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.compactMap { action in
            guard case .attachPartition(let parent, let partition, let isDefault) = action,
                !isDefault, context.isOld(partition)
            else { return nil }
            let cost = context.cost(of: .scan, on: partition)
            return finding(
                context, cost.severity,
                "Nobody can read or write \(partition) while every row is compared with the bounds "
                    + "of its partition of \(parent)\(cost.phrase); a validated CHECK with the same "
                    + "bounds makes PostgreSQL skip that.",
                [context.object(partition)], impacts: context.schema.impacts(of: action))
        }
    }
}
