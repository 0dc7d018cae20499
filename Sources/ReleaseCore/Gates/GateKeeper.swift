/// Evaluates every gate of an environment for a plan.
struct GateKeeper {
    var plan: Plan
    var environment: EnvironmentConfiguration
    var state: DatabaseState
    /// What the upstream's database says; `nil` where there is no upstream.
    var upstream: UpstreamEvidence?
    /// The digest somebody gave after inspecting the plan.
    var inspectedDigest: String?

    /// All gates that apply, in the order of ``GateName``.
    func results() -> [GateResult] {
        // A hold must not look green because nothing is pending.
        let gates = plan.isEmpty ? applicable.filter { $0 == .hold } : applicable
        return gates.map { gate in
            switch gate {
            case .upstream:
                UpstreamGate(
                    plan: plan, environment: environment, evidence: upstream,
                    soak: configured(.upstream)?.settings["soak"].flatMap(DurationText.parse)
                ).result
            case .dryRun: dryRun
            case .hold: hold
            default: unsupported(gate)
            }
        }
    }

    private var applicable: [GateName] {
        var gates = Set(environment.gates.map(\.gate))
        if environment.promotesFrom != nil { gates.formUnion([.upstream, .dryRun]) }
        if state.ledger?.hold != nil { gates.insert(.hold) }
        return GateName.allCases.filter(gates.contains)
    }

    private func configured(_ gate: GateName) -> GateConfiguration? {
        environment.gates.first { $0.gate == gate }
    }

    private var dryRun: GateResult {
        let short = plan.digest.prefix(PlanDigest.shortLength)
        guard let inspectedDigest else {
            return GateResult(
                .dryRun, .block, "nobody has said that this plan was inspected.",
                wayOut: "\(inspect), which prints the digest to promote with")
        }
        guard PlanDigest.matches(inspectedDigest, plan.digest) else {
            return GateResult(
                .dryRun, .block,
                "the plan about to run is not \(inspectedDigest.prefix(PlanDigest.shortLength)): commit, history or the flags are others than when that one was shown.",
                wayOut: inspect)
        }
        return GateResult(
            .dryRun, .pass, "the plan that was inspected is the one about to run: \(short).")
    }

    private var inspect: String { "sluice plan \(environment.name)" }

    private var hold: GateResult {
        guard let hold = state.ledger?.hold else {
            return GateResult(.hold, .pass, "the environment is not on hold.")
        }
        return GateResult(
            .hold, .block, "on hold since \(hold.since) by \(hold.by): \(hold.reason)",
            wayOut: "sluice release \(environment.name) --reason TEXT")
    }

    /// A gate that is asked for and cannot be looked at never passes.
    private func unsupported(_ gate: GateName) -> GateResult {
        GateResult(
            gate, .block, "this version of sluice cannot evaluate the gate “\(gate.rawValue)” yet.",
            wayOut: "take it out of \(Configuration.fileName) on the branch and check by hand")
    }
}
