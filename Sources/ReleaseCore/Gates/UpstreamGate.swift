import GitStore

/// What was found in the upstream's database.
public struct UpstreamEvidence: Sendable {
    public var name: String
    /// `nil` when it could not be read; then ``failure`` says why.
    public var state: DatabaseState?
    public var failure: String?
    /// Whether the upstream has smoke checks at all.
    public var hasSmokeChecks: Bool
    /// What its ledger says was deployed there, by migration.
    var deployed: [String: Deployed] = [:]

    /// A deployment that applied a migration.
    struct Deployed: Sendable, Hashable {
        var checksum: String
        /// The commit that was deployed; `nil` for a plain folder.
        var commit: String?
        /// Why the commit does not prove anything; `nil` where it holds the migration.
        var objection: String?
    }
}

/// Every pending migration must have been proven in the upstream first.
struct UpstreamGate {
    var plan: Plan
    var environment: EnvironmentConfiguration
    var evidence: UpstreamEvidence?
    /// How long it must have been there.
    var soak: Duration?

    var result: GateResult {
        guard let evidence else {
            return GateResult(
                .upstream, .block, "the environment names no upstream.",
                wayOut: "set promotes_from in \(Configuration.fileName)")
        }
        guard let state = evidence.state else {
            return block(
                "\(evidence.name) cannot be read: \(evidence.failure ?? "unknown reason")",
                "make \(evidence.name) reachable, then run it again")
        }
        return unproven(state, evidence.name) ?? undeployed(state, evidence) ?? unchecked(
            state, evidence) ?? notSoaked(
                state, evidence.name)
            ?? GateResult(.upstream, .pass, passed(state, evidence))
    }

    private func block(_ evidence: String, _ wayOut: String) -> GateResult {
        GateResult(.upstream, .block, evidence, wayOut: wayOut)
    }

    /// Migrations the upstream's history lacks, or has with another script.
    private func unproven(_ state: DatabaseState, _ name: String) -> GateResult? {
        let applied = state.history.applied
        let absent = plan.migrations.filter { applied[$0.name] == nil }.map(\.name)
        if let first = absent.first {
            let others = absent.count == 1 ? "is" : "and \(absent.count - 1) more are"
            return block("\(first) \(others) not applied in \(name).", "sluice deploy \(name)")
        }
        let different = plan.migrations.first {
            guard let row = applied[$0.name] else { return false }
            return !$0.migration.digests.matches(stored: row.checksum)
        }
        return different.map {
            block(
                "\($0.name) was applied in \(name) with another script (checksum \(applied[$0.name]?.checksum.prefix(12) ?? "")).",
                "restore the script that \(name) proved, or add a new migration")
        }
    }

    /// A row in the history may have been written by hand; what was deployed is in
    /// the ledger.
    private func undeployed(_ state: DatabaseState, _ evidence: UpstreamEvidence) -> GateResult? {
        let name = evidence.name
        guard state.ledger != nil else {
            return block(
                "\(name) has no ledger, so nothing is proven there.",
                "let sluice deploy to \(name): \(LedgerGrant.creation(state))")
        }
        for planned in plan.migrations {
            guard let deployed = evidence.deployed[planned.name],
                planned.migration.digests.matches(stored: deployed.checksum)
            else {
                return block(
                    "\(planned.name) is in the history of \(name), but no deployment has put it there: it was resolved by hand or applied by another tool.",
                    "prove it in \(name) by a deployment, or have the gate overridden")
            }
            if let objection = deployed.objection {
                return block(
                    "\(planned.name) was deployed to \(name), but \(objection).",
                    "deploy it to \(name) from a commit that contains it")
            }
        }
        return nil
    }

    /// The last smoke run there must have passed, and after the migrations.
    private func unchecked(_ state: DatabaseState, _ evidence: UpstreamEvidence) -> GateResult? {
        let name = evidence.name
        if let hold = state.ledger?.hold {
            return block(
                "\(name) is on hold: \(hold.reason)", "sluice release \(name) --reason TEXT")
        }
        guard evidence.hasSmokeChecks else { return nil }
        guard let smoke = state.ledger?.lastSmoke else {
            return block("no smoke run is recorded in \(name).", "sluice smoke \(name)")
        }
        if smoke.outcome != "passed" {
            return block(
                "the last smoke run in \(name) \(smoke.outcome == "failed" ? "failed" : "could not tell") (\(TimestampText.minute(smoke.finishedAt))).",
                "mend it, then sluice smoke \(name)")
        }
        if let newest = ages(state).min(), smoke.age > newest {
            return block(
                "the last smoke run in \(name) is older than the migrations.",
                "sluice smoke \(name)")
        }
        return nil
    }

    private func notSoaked(_ state: DatabaseState, _ name: String) -> GateResult? {
        guard let soak, let newest = ages(state).min(), newest < soak else { return nil }
        return block(
            "the newest pending migration has been in \(name) for \(DurationText.describe(newest)) of \(DurationText.describe(soak)).",
            "wait \(DurationText.describe(soak - newest)), then run it again")
    }

    private func ages(_ state: DatabaseState) -> [Duration] {
        let applied = state.history.applied
        return plan.migrations.compactMap { applied[$0.name]?.age }
    }

    private func passed(_ state: DatabaseState, _ evidence: UpstreamEvidence) -> String {
        let count = plan.migrations.count
        let all = count == 1 ? "it was" : "all \(count) were"
        let smoke =
            evidence.hasSmokeChecks
            ? "the smoke run of \(TimestampText.minute(state.ledger?.lastSmoke?.finishedAt ?? "")) passed"
            : "it has no smoke checks"
        return "\(all) deployed to \(evidence.name) with the same checksums; \(smoke)."
    }
}
