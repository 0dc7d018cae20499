import GitStore
import PostgresLink
import ReleaseCore

/// A deployment for a step summary or a comment.
struct DeploymentMarkdown {
    let report: DeploymentReport

    func lines() -> [String] {
        let plan = report.plan
        let count = report.applied.count
        var lines = [
            "### \(plan.environment): \(report.verdict.rawValue), \(count) migration\(count == 1 ? "" : "s") applied"
        ]
        let source = [
            plan.branch.map { "`\($0)`" }, plan.commit.map { "at `\($0.hex.prefix(10))`" },
        ]
        .compactMap { $0 }
        lines += [
            "",
            (source + ["plan `\(plan.digest.prefix(PlanDigest.shortLength))`"]).joined(
                separator: ", "),
        ]
        if count > 0 { lines += [""] + report.applied.map { "- `\($0)`" } }
        lines += failure + problems
        if let smoke = report.smoke {
            lines += ["", "| smoke check | outcome | detail |", "| --- | --- | --- |"]
            lines += smoke.results.map {
                "| \(Self.cell($0.name)) | \($0.outcome.rawValue) | \($0.milliseconds) ms, \(Self.cell($0.detail)) |"
            }
        }
        if report.verdict == .blocked, !report.gates.isEmpty {
            lines += ["", "| gate | outcome | evidence |", "| --- | --- | --- |"]
            lines += report.gates.map {
                "| \($0.gate.rawValue) | \($0.outcome.rawValue) | \(Self.cell($0.evidence)) |"
            }
        }
        return lines + report.notes.flatMap { ["", "> \($0)"] }
    }

    private var failure: [String] {
        guard let failure = report.failure else {
            return report.obstacle.map { ["", $0.what] + $0.next.map { "- \($0)" } } ?? []
        }
        var place = "`\(failure.migration)`"
        if let statement = failure.statement { place += ", statement \(statement)" }
        if let line = failure.line { place += ", line \(line)" }
        let state = failure.sqlState.map { " (SQLSTATE \($0))" } ?? ""
        return [
            "", "**\(place)**", "", "```", failure.message + state, "```", "",
            failure.databaseState,
        ] + failure.next.map { "- \($0)" }
    }

    private var problems: [String] {
        report.plan.problems.isEmpty
            ? []
            : [""]
                + report.plan.problems.map {
                    "- **\($0.kind.rawValue)** `\($0.migration)` \($0.detail)"
                }
    }

    private static func cell(_ text: String) -> String {
        text.replacing("|", with: "\\|").replacing("\n", with: " ")
    }
}
