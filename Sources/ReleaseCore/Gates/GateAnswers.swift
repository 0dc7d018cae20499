/// What people answer for on the command line.
public struct GateAnswers: Sendable, Hashable {
    /// The digest of the plan somebody inspected.
    public var inspectedDigest: String?
    /// Migrations whose loss of data is meant.
    public var losses: Set<String>
    /// Migrations whose findings are known.
    public var findings: Set<String>
    /// Gates to go past.
    public var overrides: Set<GateName>
    /// Why, for the ledger.
    public var reason: String?

    /// Whether a merge deploys by itself, so that nobody is there to have inspected anything.
    public var isUnattended = false

    public init(
        inspectedDigest: String? = nil, losses: Set<String> = [], findings: Set<String> = [],
        overrides: Set<GateName> = [], reason: String? = nil
    ) {
        self.inspectedDigest = inspectedDigest
        self.losses = losses
        self.findings = findings
        self.overrides = overrides
        self.reason = reason
    }
}
