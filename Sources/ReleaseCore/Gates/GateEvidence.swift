/// What was looked at for the gates of a plan.
struct GateEvidence: Sendable {
    /// What the upstream's database says; `nil` where there is no upstream.
    var upstream: UpstreamEvidence?
    /// What the plan would lose; `nil` where it was not counted.
    var counted: [CountedLoss]?
    /// Why it could not be counted.
    var countFailure: String?
    var rollbackNotes: [String: RollbackNotesGate.Notes] = [:]
    /// What commands of the user's own came to.
    var checks: [ChecksGate.Check] = []
    /// What gates said that ask somebody else.
    var asked: [GateName: GateResult] = [:]
}
