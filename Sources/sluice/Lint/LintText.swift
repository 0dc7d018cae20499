import ReleaseCore
import SQLAnalysis

/// Findings as people read them, with the source they are about.
struct LintText {
    let report: LintReport
    let console: Console

    func lines() -> [String] {
        var lines: [String] = []
        for entry in report.entries where !entry.findings.isEmpty {
            lines.append(console.paint(entry.name, .strong))
            for finding in entry.findings { lines += self.lines(of: finding, in: entry) + [""] }
        }
        return lines + [summary]
    }

    private func lines(of finding: Finding, in entry: LintReport.Entry) -> [String] {
        let place = entry.script.place(of: finding)
        let number = "\(place.start.line)"
        let margin = String(repeating: " ", count: number.count)
        let bar = console.paint("│", .faint)
        let tone = Self.tone(finding.severity)
        let severity = console.paint(finding.severity.rawValue, tone)
        let location = console.paint(
            "\(entry.path):\(place.start.line):\(place.start.column)", .faint)
        let (source, indent, length) = excerpt(place)
        var lines = [
            "  \(severity) \(console.paint(finding.rule, .strong))  \(location)",
            "    \(console.paint(number, .faint)) \(bar) \(source)",
            "    \(margin) \(bar) \(String(repeating: " ", count: indent))"
                + console.paint(String(repeating: "^", count: length), tone),
        ]
        lines += wrapped(finding.message, width: 92).map { "    \($0)" }
        if let safer = finding.safer {
            lines.append("    \(console.paint("safer:", .good))")
            lines += safer.split(separator: "\n").map {
                "      \(console.paint(String($0), .good))"
            }
        }
        return lines
    }

    /// A long line is cut around the place.
    private func excerpt(_ place: FindingPlace) -> (source: String, indent: Int, length: Int) {
        let scalars = place.lineText.unicodeScalars.map { $0 == "\t" ? " " : $0 }
        let start = min(place.start.column - 1, scalars.count)
        let width = 92
        let from = start + place.length > width ? max(0, start - 24) : 0
        let to = min(scalars.count, from + width)
        let source = String(String.UnicodeScalarView(scalars[from..<max(from, to)]))
        let dots = (from > 0 ? "…" : "", to < scalars.count ? "…" : "")
        return (
            dots.0 + source + dots.1, start - from + dots.0.count,
            max(1, min(place.length, to - start))
        )
    }

    private func wrapped(_ text: String, width: Int) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            if lines[lines.count - 1].count + word.count >= width { lines.append("") }
            let isFirst = lines[lines.count - 1].isEmpty
            lines[lines.count - 1] += (isFirst ? "" : " ") + word
        }
        return lines
    }

    private var summary: String {
        let counts = [(Severity.error, "error"), (.warning, "warning"), (.note, "note")].compactMap
        {
            severity, word in
            let count = report.count(severity)
            return count == 0
                ? nil
                : console.paint("\(count) \(word)\(count == 1 ? "" : "s")", Self.tone(severity))
        }
        let migrations =
            "\(report.entries.count) migration\(report.entries.count == 1 ? "" : "s")"
        return counts.isEmpty
            ? "\(migrations), \(console.paint("no findings", .good))."
            : "\(migrations): \(counts.joined(separator: ", "))."
    }

    static func tone(_ severity: Severity) -> Console.Tone {
        switch severity {
        case .note: .faint
        case .warning: .warning
        case .error: .bad
        }
    }
}
