/// Which gates an environment has, and why.
public struct GateSelection: Sendable {
    /// One gate of the environment.
    public struct Entry: Sendable, Hashable {
        public var gate: GateName
        public var isOn: Bool
        /// Why it is on or off, in words.
        public var reason: String
    }

    /// What an environment with an upstream gets without asking.
    static let implied: [GateName] = [
        .upstream, .dryRun, .rollbackNotes, .dataLoss, .findings, .history,
    ]

    /// All gates, in the order in which they are evaluated.
    public let entries: [Entry]

    /// - Parameters:
    ///   - environment: whose gates.
    ///   - isUnattended: whether a merge is deployed without anybody asking.
    public init(_ environment: EnvironmentConfiguration, isUnattended: Bool = false) {
        entries = GateName.allCases.map { gate in
            let configured = environment.gates.first { $0.gate == gate }
            if configured?.isOff == true {
                return Entry(gate: gate, isOn: false, reason: "switched off in the file")
            }
            if configured != nil { return Entry(gate: gate, isOn: true, reason: "configured") }
            if gate == .hold { return Entry(gate: gate, isOn: true, reason: "always") }
            if gate == .dryRun, isUnattended, environment.auto == true {
                // Where nobody is to be asked, nobody can have inspected the plan.
                return Entry(gate: gate, isOn: false, reason: "auto: true asks nobody")
            }
            if let upstream = environment.promotesFrom, Self.implied.contains(gate) {
                let exception =
                    gate == .dryRun && environment.auto == true
                    ? "; not asked where auto: true deploys a merge" : ""
                return Entry(
                    gate: gate, isOn: true, reason: "promotes from \(upstream)\(exception)")
            }
            return Entry(gate: gate, isOn: false, reason: "not configured")
        }
    }

    func isOn(_ gate: GateName) -> Bool { entries.contains { $0.gate == gate && $0.isOn } }
}
