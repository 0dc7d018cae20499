import SQLAnalysis

/// No finding at or above the severity that nobody has answered for.
struct FindingsGate {
    var plan: Plan
    var severity: Severity
    /// Migrations whose findings are accepted on the command line.
    var accepted: Set<String>
    var reason: String?
    /// What was counted; a statement that loses nothing here is no hazard here.
    var counted: [CountedLoss]?
    /// Migrations whose loss is accepted, and with it what finds it.
    var acceptedLosses: Set<String>

    var result: GateResult {
        let grave = plan.migrations.flatMap { planned in
            planned.findings.filter { $0.severity >= severity }.map { (planned.name, $0) }
        }
        guard !grave.isEmpty else {
            return GateResult(
                .findings, .pass, "no finding of severity \(severity.rawValue)\(orAbove).")
        }
        let open = grave.filter { !isAnswered($0.0, $0.1) }
        guard let (name, finding) = open.first else {
            return GateResult(
                .findings, .pass,
                "\(grave.count == 1 ? "the one finding is" : "all \(grave.count) findings are") answered: \(answers(grave)).",
                details: grave.map { line($0.0, $0.1) })
        }
        let more = open.count == 1 ? "" : " and \(open.count - 1) more"
        let names = Array(Set(open.map(\.0))).sorted()
        return GateResult(
            .findings, .block, "\(line(name, finding))\(more).",
            details: open.count == 1 ? [] : open.map { line($0.0, $0.1) },
            wayOut:
                "mend it; or put “-- sluice:allow \(finding.rule) REASON” above the statement while nothing is applied; or "
                + names.map { "--accept-finding \($0)" }.joined(separator: " ")
                + " --reason TEXT")
    }

    private var orAbove: String { severity == .error ? "" : " or above" }

    private func line(_ name: String, _ finding: Finding) -> String {
        "\(name), line \(finding.line): \(finding.rule)"
    }

    private func isAnswered(_ name: String, _ finding: Finding) -> Bool {
        if accepted.contains(name), reason != nil { return true }
        return finding.hazard != .script && acceptedLosses.contains(name)
            || losesNothing(name, finding)
    }

    private func losesNothing(_ name: String, _ finding: Finding) -> Bool {
        guard finding.hazard != .script else { return false }
        let here = (counted ?? []).filter {
            $0.migration == name && $0.loss.statement == finding.statement
        }
        return !here.isEmpty && here.allSatisfy(\.isNothing)
    }

    private func answers(_ grave: [(String, Finding)]) -> String {
        var words: [String] = []
        if grave.contains(where: { losesNothing($0.0, $0.1) }) {
            words.append("nothing would be lost in this database")
        }
        if grave.contains(where: { acceptedLosses.contains($0.0) }) {
            words.append("the loss is accepted by name")
        }
        if grave.contains(where: { accepted.contains($0.0) }), let reason {
            words.append("accepted on the command line (\(reason))")
        }
        return words.joined(separator: "; ")
    }
}
