import ReleaseCore

/// Smoke results as people read them.
struct SmokeText {
    let console: Console
    /// More checks that passed than this are counted, not listed.
    private static let longestList = 12

    func lines(_ run: SmokeRun) -> [String] {
        let passed = run.results.count { $0.outcome == .passed }
        let isShort = passed <= Self.longestList || console.isVerbose
        let shown = run.results.filter { isShort || $0.outcome != .passed }
        let rest =
            isShort
            ? []
            : [
                "  \(console.paint("✓", .good)) smoke: \(passed) checks passed  "
                    + console.paint(DurationText.describe(run.duration), .faint)
            ]
        return rest + shown.flatMap(lines)
    }

    private func lines(_ result: SmokeRun.Result) -> [String] {
        let mark: String =
            switch result.outcome {
            case .passed: console.paint("✓", .good)
            case .failed: console.paint("✗", result.required ? .bad : .warning)
            case .error: console.paint("?", .warning)
            }
        let optional = result.required ? "" : " (not required)"
        let attempts = result.attempts > 1 ? ", \(result.attempts) attempts" : ""
        let time = DurationText.describe(.milliseconds(result.milliseconds))
        let head =
            "  \(mark) \(result.kind == "verify" ? "verify" : "smoke"): \(result.name)\(optional)"
        guard result.outcome != .passed else {
            return ["\(head)  " + console.paint("\(time)\(attempts), \(result.detail)", .faint)]
        }
        let when = result.kind == "verify" ? "" : "  " + console.paint("\(time)\(attempts)", .faint)
        return ["\(head)\(when)", "      \(detail(result))"] + evidence(result)
    }

    /// “Could not tell” is said, for it is not a no.
    private func detail(_ result: SmokeRun.Result) -> String {
        result.outcome == .error ? "could not tell: \(result.detail)" : result.detail
    }

    /// The end of what a command wrote; the detail has the last line already.
    private func evidence(_ result: SmokeRun.Result) -> [String] {
        guard let output = result.output, console.isVerbose || result.kind == "command" else {
            return []
        }
        let lines = output.split(omittingEmptySubsequences: true, whereSeparator: \.isNewline)
        guard lines.count > 1 else { return [] }
        return lines.suffix(console.isVerbose ? 100 : 5).map {
            console.paint("      | \($0)", .faint)
        }
    }
}
