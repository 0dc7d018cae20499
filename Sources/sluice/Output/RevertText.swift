import ReleaseCore

/// A revert as people read it.
struct RevertText {
    let console: Console

    func lines(_ report: RevertReport) -> [String] {
        let plan = report.plan
        let short = String(plan.digest.prefix(PlanDigest.shortLength))
        var lines = [
            "\(console.paint(plan.environment, .strong)): revert of \(console.paint(plan.migration, .strong))"
                + (plan.finishedStatements.map { ", of which \($0) statements have run" } ?? "")
                + ", plan \(console.paint(short, .strong))"
        ]
        lines += plan.sql.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
            "    " + console.paint(String($0), .faint)
        }
        lines += plan.losses.map { "  \(console.paint("data", .warning)) \($0)" }
        if !report.gates.isEmpty {
            lines += [""] + GateText(console: console).lines(report.gates)
        }
        return lines + outcome(report)
    }

    /// One that was killed before it had told anybody.
    func lines(_ finished: FinishedRevert) -> [String] {
        let (name, environment) = (finished.migration, finished.environment)
        let isGood = finished.verdict == .succeeded
        return checks(finished.smoke) + finished.notes.map { "note:  \($0)" } + [
            "\(console.paint("finished", isGood ? .good : .bad)): the revert of \(name) in \(environment), which was stopped before its end\(isGood ? "" : "; its checks do not pass").",
            "next:  sluice release \(environment) --reason TEXT",
        ]
    }

    private func checks(_ run: SmokeRun?) -> [String] {
        (run?.results ?? []).map { result in
            let isPassed = result.outcome == .passed
            let mark = console.paint(isPassed ? "✓" : "✗", isPassed ? .good : .bad)
            return "  \(mark) \(result.name)" + (isPassed ? "" : ": \(result.detail)")
        }
    }

    /// What is missing: first of all that the digest of this very revert is named.
    private func refusal(_ gates: [GateResult]) -> [String] {
        let nothing = console.paint("nothing was changed", .strong)
        let missing = gates.filter { $0.outcome == .block }
        guard !missing.contains(where: { $0.gate == .dryRun }) else {
            return ["\(nothing): a revert runs when its digest is named."]
        }
        return missing.map { "\(nothing): \($0.evidence)" }
            + missing.compactMap(\.wayOut).map { "next:  \($0)" }
    }

    private func outcome(_ report: RevertReport) -> [String] {
        let plan = report.plan
        guard report.verdict != .blocked else { return refusal(report.gates) }
        var lines = checks(report.smoke)
        lines += report.openFollowUps.map {
            "  \(console.paint("open", .warning)) the rows do not allow it yet: \($0)"
        }
        lines += report.notes.map { "note:  \($0)" }
        lines.append(
            report.verdict == .succeeded
                ? "\(console.paint("reverted", .good)): \(plan.migration) is rolled back in \(plan.environment)."
                : "\(console.paint("\(report.verdict.rawValue)", .bad)): \(plan.migration) is rolled back in \(plan.environment), and its checks do not pass."
        )
        lines += [
            "\(plan.environment) is on hold, because the branch still has \(plan.migration) and the next deployment would put it back.",
            "next:  repair its script or take it off the branch (the commit hook wants --no-verify for that), where no other environment has it; else sluice hotfix \(plan.migration) for those",
            "next:  sluice release \(plan.environment) --reason TEXT",
        ]
        return lines
    }
}

/// The JSON of `sluice revert`.
struct RevertDocument: Encodable {
    var environment: String
    var migration: String
    var digest: String
    var verdict: String
    var sql: String
    var losses: [String]
    var openFollowUps: [String]
    var gates: [GateResult]
    var smoke: [SmokeDocument]
    var notes: [String]

    enum CodingKeys: String, CodingKey {
        case environment, migration, digest, verdict, sql, losses, gates, smoke, notes
        case openFollowUps = "open_follow_ups"
    }

    /// One that was done already when it was killed; what it did is in the ledger.
    init(_ finished: FinishedRevert, digest: String) {
        environment = finished.environment
        migration = finished.migration
        self.digest = digest
        verdict = finished.verdict.rawValue
        sql = ""
        (losses, openFollowUps, gates) = ([], [], [])
        smoke = finished.smoke?.results.map(SmokeDocument.init) ?? []
        notes = finished.notes
    }

    init(_ report: RevertReport) {
        environment = report.plan.environment
        migration = report.plan.migration
        digest = report.plan.digest
        verdict = report.verdict.rawValue
        sql = report.plan.sql
        losses = report.plan.losses
        openFollowUps = report.openFollowUps
        gates = report.gates
        smoke = report.smoke?.results.map(SmokeDocument.init) ?? []
        notes = report.notes
    }
}
