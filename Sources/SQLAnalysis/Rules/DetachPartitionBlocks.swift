/// DETACH PARTITION without CONCURRENTLY, which waits for every query of the parent.
struct DetachPartitionBlocks: Rule {
    let name = "detach-partition-blocks"
    let hazard = Hazard.lock

    func check(_ context: RuleContext) -> [Finding] {
        context.actions.compactMap { action in
            guard case .detachPartition(let parent, let partition, isConcurrent: false) = action,
                context.isOld(parent)
            else { return nil }
            return finding(
                context, .note,
                "DETACH PARTITION locks all of \(parent) against reads and writes until the "
                    + "migration ends; use CONCURRENTLY, in a migration of its own.",
                [context.object(parent)], impacts: context.schema.impacts(of: action),
                safer: "ALTER TABLE \(parent) DETACH PARTITION \(partition) CONCURRENTLY;")
        }
    }
}
