import SQLAnalysis

/// What was looked at for the gates of a plan.
struct GateEvidence: Sendable {
    /// What the upstream's database says; `nil` where there is no upstream.
    var upstream: UpstreamEvidence?
    /// What the plan would lose; `nil` where it was not counted.
    var counted: [CountedLoss]?
    /// Why it could not be counted.
    var countFailure: String?
    /// The newest rehearsal of this very plan.
    var rehearsal: RehearsalRecord?
    var rollbackNotes: [String: RollbackNotesGate.Notes] = [:]
    /// What commands of the user's own came to.
    var checks: [ChecksGate.Check] = []
    /// What gates said that ask somebody else.
    var asked: [GateName: GateResult] = [:]
}

extension GateEvidence {
    /// The migrations that take something away from this database, in order.
    ///
    /// Dropping an empty table is that too; dropping what is not there, a condition that holds
    /// for no row and a function that does no harm are not.
    func destructive(_ migrations: [PlannedMigration]) -> [String] {
        guard let counted, countFailure == nil else {
            return migrations.filter { !$0.losses.isEmpty }.map(\.name)
        }
        return migrations.map(\.name).filter { name in
            counted.contains { $0.migration == name && $0.takesAway }
        }
    }
}

extension CountedLoss {
    fileprivate var takesAway: Bool {
        if isAbsent { return false }
        switch loss.subject {
        case .pickedRows, .someRows, .pickedValues, .someValues: return !isNothing
        default: return true
        }
    }
}
