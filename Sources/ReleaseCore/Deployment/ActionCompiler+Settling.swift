import SQLAnalysis

extension ActionCompiler {
    /// The actions of a migration of which an earlier run has sent a statement by
    /// itself: what became of that one is settled first, whatever the script says
    /// in its place now.
    func settling(
        _ earlier: StepwiseProgress, _ actions: [Action], _ planned: PlannedMigration
    ) -> [Action] {
        guard earlier.fate != .waiting,
            let first = actions.firstIndex(where: { $0.unit != nil || $0.completes })
        else { return actions }
        var actions = actions
        let witness = earlier.witness.flatMap(Witness.init)
        if let next = planned.script.statementAlone(inUnit: earlier.finishedUnits) {
            actions[first].settling = Settling(
                fate: earlier.fate, witness: witness,
                records: bookkeeping.running(next, of: planned.migration))
            if witness?.isOf(next) == true { return actions }
        }
        guard witness?.subject == .index else { return actions }
        actions.insert(
            Action(
                kind: .alone, migration: actions[first].migration, unit: nil, pieces: [],
                completes: false, settling: Settling(fate: earlier.fate, witness: witness)),
            at: first)
        return actions
    }
}
