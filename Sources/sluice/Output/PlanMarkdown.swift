import ReleaseCore
import SQLAnalysis

/// A plan for a pull request or a step summary.
struct PlanMarkdown {
    let plan: Plan
    let gates: [GateResult]

    func lines() -> [String] {
        var lines = [
            "### \(plan.environment): \(plan.migrations.count) pending, plan `\(plan.digest.prefix(PlanDigest.shortLength))`"
        ]
        if !plan.migrations.isEmpty {
            lines += [
                "", "| migration | mode | statements | findings |", "| --- | --- | ---: | --- |",
            ]
            lines += plan.migrations.map { planned in
                let findings = planned.findings.map {
                    "**\($0.rule)** line \($0.line): \(escaped($0.message))"
                }
                let mode = planned.script.mode.isTransactional ? "transactional" : "stepwise"
                return
                    "| `\(planned.name)` | \(mode)\(planned.continuation.map { ", half-finished: " + ContinuationText.inPlan($0) } ?? "") | \(planned.script.statements.count) | \(findings.joined(separator: "<br>")) |"
            }
        }
        lines += plan.problems.map {
            "- **\($0.kind.rawValue)** `\($0.migration)` \(escaped($0.detail))"
        }
        if !gates.isEmpty {
            lines += ["", "| gate | outcome | evidence |", "| --- | --- | --- |"]
            lines += gates.map {
                "| \($0.gate.rawValue) | \($0.outcome.rawValue) | \(escaped($0.evidence)) |"
            }
        }
        return lines
    }

    private func escaped(_ text: String) -> String {
        text.replacing("|", with: "\\|").replacing("\n", with: " ")
    }
}
