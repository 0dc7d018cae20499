/// What a gate says about a plan.
public struct GateResult: Sendable, Hashable, Codable {
    public enum Outcome: String, Sendable, Hashable, Codable {
        case pass
        case block
        case overridden
    }

    public var gate: GateName
    public var outcome: Outcome
    /// The facts it looked at, one sentence.
    public var evidence: String
    /// Further facts, a line each.
    public var details: [String]
    /// How to get past it, where it blocks.
    public var wayOut: String?

    public init(
        _ gate: GateName, _ outcome: Outcome, _ evidence: String, details: [String] = [],
        wayOut: String? = nil
    ) {
        self.gate = gate
        self.outcome = outcome
        self.evidence = evidence
        self.details = details
        self.wayOut = wayOut
    }
}
