/// Decides who may go past a gate.
enum GateOverride {
    /// - Parameters:
    ///   - gate: the gate to go past.
    ///   - environment: whose file says who may.
    ///   - identities: who asks, by every name that may stand in the file.
    /// - Returns: why not, in a sentence; `nil` for those who may.
    static func refusal(
        _ gate: GateName, _ environment: EnvironmentConfiguration, _ identities: [String]
    ) -> String? {
        if gate == .history { return "the gate history is answered for with --accept MIGRATION." }
        if gate == .hold {
            return "a hold is lifted with sluice release \(environment.name) --reason TEXT."
        }
        let allowed = environment.gates.first { $0.gate == gate }?.overridableBy ?? []
        guard !allowed.isEmpty else {
            return
                "the gate \(gate.rawValue) of \(environment.name) is not overridable: \(Configuration.fileName) names nobody in its overridable_by."
        }
        let names = Set(identities.map { $0.lowercased() })
        guard allowed.contains(where: { names.contains($0.lowercased()) }) else {
            return
                "\(identities.first ?? "you") may not override the gate \(gate.rawValue) of \(environment.name); \(allowed.joined(separator: ", ")) may."
        }
        return nil
    }

    /// - Throws: ``ReleaseError`` for what would not be let through anyway.
    static func check(
        _ answers: GateAnswers, _ environment: EnvironmentConfiguration, _ identities: [String]
    ) throws {
        guard !answers.overrides.isEmpty else { return }
        guard let reason = answers.reason, reason.contains(where: { !$0.isWhitespace }) else {
            throw ReleaseError(.usage, "--override needs --reason TEXT.")
        }
        for gate in answers.overrides.sorted(by: { $0.rawValue < $1.rawValue }) {
            if let refusal = refusal(gate, environment, identities) {
                throw ReleaseError(.blocked, refusal, state: "nothing was changed.")
            }
        }
    }
}
