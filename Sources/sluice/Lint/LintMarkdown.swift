import ReleaseCore
import SQLAnalysis

/// Findings for a pull request or a step summary.
struct LintMarkdown {
    let report: LintReport

    func lines() -> [String] {
        let entries = report.entries.filter { !$0.findings.isEmpty }
        guard !entries.isEmpty else {
            return ["### sluice lint: no findings in \(count(report.entries.count, "migration"))"]
        }
        let counts = [Severity.error, .warning, .note].compactMap { severity in
            report.count(severity) == 0 ? nil : count(report.count(severity), severity.rawValue)
        }
        return ["### sluice lint: \(counts.joined(separator: ", "))"]
            + entries.flatMap { entry in
                ["", "#### `\(entry.name)`"] + entry.findings.flatMap { lines(of: $0, in: entry) }
            }
    }

    private func lines(of finding: Finding, in entry: LintReport.Entry) -> [String] {
        let sign =
            switch finding.severity {
            case .error: "🛑"
            case .warning: "⚠️"
            case .note: "ℹ️"
            }
        let line = entry.script.place(of: finding).start.line
        var lines = [
            "", "\(sign) **\(finding.rule)** (line \(line)): \(escaped(finding.message))",
        ]
        if let safer = finding.safer {
            lines += [
                "", "<details><summary>the safe way</summary>", "", "```sql", safer, "```", "",
                "</details>",
            ]
        }
        return lines
    }

    private func count(_ number: Int, _ word: String) -> String {
        "\(number) \(word)\(number == 1 ? "" : "s")"
    }

    private func escaped(_ text: String) -> String {
        text.replacing("<", with: "&lt;").replacing("*", with: "\\*").replacing("_", with: "\\_")
    }
}
