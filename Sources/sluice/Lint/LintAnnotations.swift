import ReleaseCore
import SQLAnalysis

/// Findings as workflow commands, which GitHub shows beside the lines of a pull request.
struct LintAnnotations {
    let report: LintReport

    func lines() -> [String] {
        report.entries.flatMap { entry in
            entry.findings.map { finding in
                let command = finding.severity == .note ? "notice" : finding.severity.rawValue
                let place = entry.script.place(of: finding)
                let properties = [
                    "file=\(property(entry.path))", "line=\(place.start.line)",
                    "col=\(place.start.column)", "endColumn=\(place.start.column + place.length)",
                    "title=\(property("sluice: \(finding.rule)"))",
                ]
                let safer = finding.safer.map { "\n\nsafer:\n\($0)" } ?? ""
                return "::\(command) \(properties.joined(separator: ","))::"
                    + message(finding.message + safer)
            }
        }
    }

    private func message(_ text: String) -> String {
        text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }

    private func property(_ text: String) -> String {
        message(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}
