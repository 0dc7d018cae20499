import Foundation
import ReleaseCore

/// Results as JUnit XML, which every CI system shows.
struct JUnitReport {
    /// One row of the report.
    struct Case {
        enum Outcome {
            case passed
            case failed(String)
            case error(String)
            case skipped(String)
        }

        var group: String
        var name: String
        var seconds = 0.0
        var outcome = Outcome.passed
        var output: String?
    }

    private var cases: [Case]
    private let suite: String

    /// A run by hand.
    init(_ environment: String, _ run: SmokeRun) {
        suite = "sluice \(environment)"
        cases = run.results.map(Self.smoke)
    }

    /// A deployment: its migrations and its checks, or what stood in the way.
    init(_ report: DeploymentReport) {
        suite = "sluice \(report.plan.environment)"
        cases = report.applied.map { Case(group: "migration", name: $0) }
        if let failure = report.failure {
            let line = failure.line.map { " (line \($0))" } ?? ""
            cases.append(
                Case(
                    group: "migration", name: failure.migration,
                    outcome: .failed("\(failure.message)\(line)"), output: failure.databaseState))
        }
        cases += report.plan.problems.map {
            Case(
                group: "problem", name: "\($0.kind.rawValue) \($0.migration)",
                outcome: .failed($0.detail))
        }
        cases += report.gates.map { gate in
            Case(
                group: "gate", name: gate.gate.rawValue,
                outcome: gate.outcome == .block ? .failed(gate.evidence) : .passed)
        }
        cases += (report.smoke?.results ?? []).map(Self.smoke)
        if let obstacle = report.obstacle {
            cases.append(
                Case(group: "deployment", name: "verdict", outcome: .error("\(obstacle)")))
        }
    }

    /// Something that could not even be decided.
    init(_ environment: String?, failure: String) {
        suite = "sluice \(environment ?? "")"
        cases = [Case(group: "deployment", name: "start", outcome: .error(failure))]
    }

    /// JUnit knows no failure that does no harm; what is not required is skipped.
    private static func smoke(_ result: SmokeRun.Result) -> Case {
        let outcome: Case.Outcome =
            switch (result.outcome, result.required) {
            case (.passed, _): .passed
            case (_, false): .skipped("not required: \(result.detail)")
            case (.failed, true): .failed(result.detail)
            case (.error, true): .error(result.detail)
            }
        return Case(
            group: "smoke", name: result.name, seconds: Double(result.milliseconds) / 1000,
            outcome: outcome, output: result.output)
    }

    var xml: String {
        func count(_ isCounted: (Case.Outcome) -> Bool) -> Int {
            cases.count { isCounted($0.outcome) }
        }
        let failures = count { if case .failed = $0 { true } else { false } }
        let errors = count { if case .error = $0 { true } else { false } }
        let skipped = count { if case .skipped = $0 { true } else { false } }
        let time = Self.number(cases.map(\.seconds).reduce(0, +))
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites>
            <testsuite name="\(Self.escaped(suite))" tests="\(cases.count)" failures="\(failures)" \
            errors="\(errors)" skipped="\(skipped)" time="\(time)">
            \(cases.map(element).joined(separator: "\n"))
            </testsuite>
            </testsuites>

            """
    }

    private func element(_ row: Case) -> String {
        let head =
            "<testcase classname=\"\(Self.escaped("\(suite).\(row.group)"))\" name=\"\(Self.escaped(row.name))\" time=\"\(Self.number(row.seconds))\""
        var inner = ""
        switch row.outcome {
        case .passed: break
        case .failed(let why): inner = "<failure message=\"\(Self.escaped(why))\"/>"
        case .error(let why): inner = "<error message=\"\(Self.escaped(why))\"/>"
        case .skipped(let why): inner = "<skipped message=\"\(Self.escaped(why))\"/>"
        }
        if let output = row.output {
            inner += "<system-out>\(Self.escaped(output))</system-out>"
        }
        return inner.isEmpty ? "\(head)/>" : "\(head)>\(inner)</testcase>"
    }

    private static func number(_ seconds: Double) -> String {
        String(format: "%.3f", seconds)
    }

    /// Without what XML 1.0 cannot hold (section 2.2); line ends survive in
    /// attributes only as references.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\n", "\r", "\t": escaped += "&#\(scalar.value);"
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// Writes the file as a whole. A report that cannot be written is told, and
    /// changes no verdict.
    func write(to path: String?, _ console: Console) {
        guard let path else { return }
        do {
            try Data(xml.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            console.error(
                "\(console.paint("warning:", .warning)) the JUnit file \(path) could not be written: \(error.localizedDescription)"
            )
        }
    }
}
