import SQLAnalysis

/// Judges a plan by the evidence: every gate of an environment, in the order of
/// ``GateName``.
struct GateKeeper {
    var plan: Plan
    var environment: EnvironmentConfiguration
    var state: DatabaseState
    var evidence = GateEvidence()
    var answers = GateAnswers()
    /// Who runs it, by every name that may stand in the file.
    var identities: [String] = []

    /// All gates that apply.
    func results() -> [GateResult] {
        // What is not about migrations must not look green because none is pending.
        let standing: Set<GateName> = [.hold, .history, .window]
        let gates = plan.isEmpty ? applicable.filter(standing.contains) : applicable
        return gates.map { overridden(result(of: $0)) }
    }

    private func result(of gate: GateName) -> GateResult {
        switch gate {
        case .upstream:
            UpstreamGate(
                plan: plan, environment: environment, evidence: evidence.upstream,
                soak: configured(.upstream)?.settings["soak"].flatMap(DurationText.parse)
            ).result
        case .dryRun: dryRun
        case .rollbackNotes:
            RollbackNotesGate(
                environment: environment.name,
                destructive: evidence.destructive(plan.migrations),
                notes: evidence.rollbackNotes
            ).result
        case .dataLoss:
            DataLossGate(
                environment: environment.name, counted: evidence.counted ?? [],
                failure: evidence.countFailure, accepted: acceptedLosses
            ).result
        case .findings: findings
        case .history: HistoryGate(plan: plan).result
        case .hold: hold
        default: evidence.asked[gate] ?? unasked(gate)
        }
    }

    private var applicable: [GateName] {
        let selection = GateSelection(environment, isUnattended: answers.isUnattended)
        return GateName.allCases.filter { gate in
            switch gate {
            case .hold: state.ledger?.hold != nil || isLedgerHidden || configured(.hold) != nil
            // Who names a digest wants that plan and no other, whatever the file asks for.
            case .dryRun: selection.isOn(gate) || answers.inspectedDigest != nil
            default: selection.isOn(gate)
            }
        }
    }

    /// Whether there is a ledger that the role may not read.
    private var isLedgerHidden: Bool { state.ledger == nil && state.ledgerOwner != nil }

    private func configured(_ gate: GateName) -> GateConfiguration? {
        environment.gates.first { $0.gate == gate }
    }

    private var acceptedLosses: Set<String> {
        answers.losses.union(configured(.dataLoss)?.values("accept") ?? [])
    }

    private var findings: GateResult {
        let severity = configured(.findings)?.settings["severity"].flatMap(Severity.init)
        return FindingsGate(
            plan: plan, severity: severity ?? .error, accepted: answers.findings,
            reason: answers.reason, counted: evidence.counted, acceptedLosses: acceptedLosses
        ).result
    }

    private var dryRun: GateResult {
        let short = plan.digest.prefix(PlanDigest.shortLength)
        let rehearsed = evidence.rehearsal.map { [$0.sentence] } ?? []
        if let rehearsal = evidence.rehearsal, !rehearsal.isClean {
            return GateResult(
                .dryRun, .block, "this plan was \(rehearsal.sentence)",
                wayOut:
                    "mend it; or, where its reason is gone: sluice rehearse \(environment.name)")
        }
        guard let inspectedDigest = answers.inspectedDigest else {
            return GateResult(
                .dryRun, .block, "nobody has said that this plan was inspected.",
                details: rehearsed, wayOut: "\(inspect), which prints the digest to promote with")
        }
        guard PlanDigest.matches(inspectedDigest, plan.digest) else {
            return GateResult(
                .dryRun, .block,
                "the plan about to run is not \(inspectedDigest.prefix(PlanDigest.shortLength)): commit, history or the flags are others than when that one was shown.",
                wayOut: inspect)
        }
        let evidence = ["the plan that was inspected is the one about to run: \(short)"] + rehearsed
        return GateResult(
            .dryRun, .pass,
            rehearsed.isEmpty ? evidence[0] + "." : evidence.joined(separator: "; "))
    }

    private var inspect: String { "sluice plan \(environment.name)" }

    private var hold: GateResult {
        if isLedgerHidden {
            return GateResult(
                .hold, .block,
                "the role \(state.role) may not read the ledger, so nobody knows whether \(environment.name) is on hold.",
                wayOut: LedgerGrant.creation(state))
        }
        guard let hold = state.ledger?.hold else {
            return GateResult(.hold, .pass, "the environment is not on hold.")
        }
        return GateResult(
            .hold, .block,
            "on hold since \(TimestampText.minute(hold.since)) by \(hold.by): \(hold.reason)",
            wayOut: "sluice release \(environment.name) --reason TEXT")
    }

    /// A gate that is asked for and cannot be looked at never passes.
    private func unasked(_ gate: GateName) -> GateResult {
        GateResult(
            gate, .block, "the gate “\(gate.rawValue)” could not be evaluated.",
            wayOut: "sluice plan \(environment.name) evaluates it again")
    }

    /// Goes past a gate that blocks, where the file lets this person do so.
    private func overridden(_ result: GateResult) -> GateResult {
        guard result.outcome == .block,
            GateOverride.refusal(result.gate, environment, identities) == nil
        else { return result }
        var result = result
        guard answers.overrides.contains(result.gate), let reason = answers.reason else {
            // The file lets this person, who may not know it.
            let override = "--override \(result.gate.rawValue) --reason TEXT"
            result.wayOut = (result.wayOut.map { "\($0); or " } ?? "") + override
            return result
        }
        result.outcome = .overridden
        result.details.insert("overridden: \(reason)", at: 0)
        return result
    }
}
