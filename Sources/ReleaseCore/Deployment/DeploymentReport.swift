/// Everything a deployment has to say, for people and for programs.
public struct DeploymentReport: Sendable {
    public var plan: Plan
    /// The id in the ledger; `nil` when nothing was started.
    public var deployment: String?
    public var verdict: Verdict
    /// Names of the migrations that are applied now and were not before.
    public var applied: [String]
    public var failure: DeploymentFailure?
    public var gates: [GateResult]
    public var smoke: SmokeRun?
    /// What was opened because a required check failed.
    public var hotfix: Hotfix?
    /// What to undo when it turns out bad, as `sluice hotfix` takes it: the one
    /// migration, or the first and the last.
    public var undoable: String? {
        guard let first = applied.first, let last = applied.last else { return nil }
        return first == last ? first : "\(first)..\(last)"
    }
    /// What people have to do now, this deployment's and older ones.
    public var reminders: [Reminder] = []
    /// Why it is blocked or interrupted, where gates and failure do not say it.
    public var obstacle: ReleaseError?
    /// The stepwise migration that an interrupted run has left half-finished.
    public var unfinished: Continuation?
    /// Whether the run has put the environment on hold, which needs the ledger.
    public var isHeld = false
    /// What people should know, a sentence each.
    public var notes: [String]

    init(plan: Plan, verdict: Verdict, gates: [GateResult] = [], obstacle: ReleaseError? = nil) {
        self.plan = plan
        self.verdict = verdict
        self.applied = []
        self.gates = gates
        self.obstacle = obstacle
        self.notes = plan.notes
    }
}
