/// What one attempt at a check came to.
struct CheckResult: Sendable, Hashable {
    var outcome: SmokeRun.Outcome
    /// What was seen, one sentence.
    var detail: String
    /// What the thing that was asked wrote, as evidence.
    var output: String?

    init(_ outcome: SmokeRun.Outcome, _ detail: String, output: String? = nil) {
        self.outcome = outcome
        self.detail = detail
        self.output = output
    }

    /// How much is kept, in characters.
    private static let longestDetail = 300
    private static let longestOutput = 4000

    /// Without secrets, and only then cut: half a secret would not be recognised.
    func masked(_ mask: SecretMask) -> CheckResult {
        CheckResult(
            outcome, Self.shortened(mask.mask(detail)),
            output: output.map { String(mask.mask($0).suffix(Self.longestOutput)) })
    }

    private static func shortened(_ text: String) -> String {
        guard text.count > longestDetail else { return text }
        return text.prefix(longestDetail - 40) + " … " + text.suffix(36)
    }
}
