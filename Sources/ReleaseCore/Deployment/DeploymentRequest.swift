/// What a deployment is asked to do.
public struct DeploymentRequest: Sendable {
    /// The environment; `nil` for the only one.
    public var environment: String?
    /// Whether the environment is expected to have an upstream.
    public var promotes: Bool
    /// The digest of the plan somebody inspected.
    public var inspectedDigest: String?
    /// The last migration to apply.
    public var upTo: String?
    /// Migrations whose problems somebody answers for.
    public var accepted: Set<String>
    /// What else somebody answers for.
    public var answers: GateAnswers
    /// How long to wait for another deployment to end.
    public var lockBudget: Duration
    /// Whether smoke checks run afterwards.
    public var runsSmoke: Bool
    /// Whether it runs under maintenance mode, also where that is not usual.
    public var underMaintenance = false
    /// Asks the person at the terminal to confirm the plan; `nil` without one.
    public var confirm: (@Sendable (Plan, [GateResult]) -> Bool)?

    public init(
        environment: String?, promotes: Bool, inspectedDigest: String? = nil, upTo: String? = nil,
        accepted: Set<String> = [], answers: GateAnswers = GateAnswers(),
        lockBudget: Duration = .seconds(60), runsSmoke: Bool = true,
        confirm: (@Sendable (Plan, [GateResult]) -> Bool)? = nil
    ) {
        self.environment = environment
        self.promotes = promotes
        self.inspectedDigest = inspectedDigest
        self.upTo = upTo
        self.accepted = accepted
        self.answers = answers
        self.lockBudget = lockBudget
        self.runsSmoke = runsSmoke
        self.confirm = confirm
    }
}
