import GitStore
import ReleaseCore
import SQLAnalysis

/// A plan as people read it.
struct PlanText {
    let plan: Plan
    let gates: [GateResult]
    let console: Console
    /// How many lines of each script are shown.
    var sqlLines: Int

    /// Scripts longer than this are cut unless everything is asked for.
    static let shortSQL = 12
    /// Those with a finding of severity error may be this long.
    static let harmfulSQL = 60

    func lines() -> [String] {
        var lines = [header]
        lines += plan.notes.map { console.paint("note: \($0)", .faint) }
        for planned in plan.migrations {
            lines += [""] + migration(planned)
        }
        if !plan.problems.isEmpty {
            lines += [""] + ProblemText(console: console).lines(plan.problems)
        }
        if !gates.isEmpty { lines += [""] + GateText(console: console).lines(gates) }
        return lines
    }

    private var header: String {
        let source = [plan.branch, plan.commit.map { "@ \($0.short)" }].compactMap { $0 }.joined(
            separator: " ")
        let count = plan.migrations.count
        let what = count == 0 ? "nothing pending" : "\(count) pending"
        return
            "\(console.paint(plan.environment, .strong)) ← \(source.isEmpty ? "folder" : source): "
            + "\(what), \(plan.appliedCount) applied, plan \(console.paint(String(plan.digest.prefix(PlanDigest.shortLength)), .strong))"
    }

    private func migration(_ planned: PlannedMigration) -> [String] {
        let script = planned.script
        let count = script.statements.count
        var lines = [
            "\(console.paint(planned.name, .strong))  \(count) statement\(count == 1 ? "" : "s"), "
                + (script.mode.isTransactional ? "transactional" : "stepwise")
        ]
        if let provenance = planned.migration.provenance {
            lines.append(console.paint("  \(Self.described(provenance))", .faint))
        }
        if let continuation = planned.continuation {
            lines.append("  half-finished: \(ContinuationText.inPlan(continuation))")
        }
        lines += reasons(script, told: Set(planned.findings.map(\.message)))
        lines += planned.findings.map { FindingText(console: console).line($0) }
        // What a finding warns of must be seen.
        let isHarmful = planned.findings.contains { $0.severity == .error }
        return lines + sql(script, lines: isHarmful ? max(sqlLines, Self.harmfulSQL) : sqlLines)
    }

    /// Sentences of `told` stand there as findings already.
    private func reasons(_ script: Script, told: Set<String>) -> [String] {
        var lines: [String] = []
        if script.opaqueScan != nil {
            lines.append(
                "  note: PostgreSQL 15's grammar cannot read it; the server has the last word.")
        }
        if case .stepwise(let reasons) = script.mode, let first = reasons.first {
            lines.append(console.paint("  stepwise: \(first.sentence)", .faint))
        }
        let notes = script.notes.filter { !told.contains($0.sentence) }
        return lines + notes.map { "  note (line \($0.line)): \($0.sentence)" }
    }

    private func sql(_ script: Script, lines sqlLines: Int) -> [String] {
        let all = script.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let written = all.reversed().drop { $0.isEmpty }.reversed().map(String.init)
        let kept = sqlLines == .max ? written : Self.withoutLongComments(written)
        let shown = kept.prefix(sqlLines).map { "    " + console.paint($0, .faint) }
        let hidden = kept.count - shown.count
        return shown + (hidden > 0 ? ["    … \(hidden) more lines (--verbose shows them)"] : [])
    }

    /// Leaves the first lines of each long comment, such as a hotfix's proof, so that the
    /// statements behind it are seen.
    private static func withoutLongComments(_ lines: [String]) -> [String] {
        var kept: [String] = []
        var rest = lines[...]
        while let line = rest.first {
            let comment = rest.prefix { $0.drop(while: \.isWhitespace).hasPrefix("--") }
            rest = rest.dropFirst(max(comment.count, 1))
            if comment.count > longestComment {
                kept += comment.prefix(longestComment - 1)
                kept.append("-- … \(comment.count - longestComment + 1) more lines of comment")
            } else {
                kept += comment.isEmpty ? [line] : Array(comment)
            }
        }
        return kept
    }

    private static let longestComment = 4

    static func described(_ provenance: Provenance) -> String {
        let merge = provenance.merge.map { ", merged by \($0.short)" } ?? ""
        let certainty = provenance.isExact ? "" : " or earlier"
        return
            "\(provenance.commit.short)\(certainty) by \(provenance.author.name), \(TimestampText.minute("\(provenance.committedAt)"))\(merge)"
    }
}

/// Gate results as people read them.
struct GateText {
    let console: Console
    /// A refusal fits a screen.
    private static let longestDetails = 6

    func lines(_ gates: [GateResult]) -> [String] {
        let width = gates.map(\.gate.rawValue.count).max() ?? 0
        return gates.flatMap { result in
            let name =
                result.gate.rawValue
                + String(repeating: " ", count: width - result.gate.rawValue.count)
            let word = mark(result.outcome)
            var lines = ["\(word)  \(name)  \(result.evidence)"]
            let margin = "       \(String(repeating: " ", count: width))  "
            let shown = result.outcome == .pass && !console.isVerbose ? [] : result.details
            lines += shown.prefix(console.isVerbose ? .max : Self.longestDetails).map {
                console.paint(margin + $0, .faint)
            }
            if shown.count > Self.longestDetails, !console.isVerbose {
                lines.append(margin + "… and \(shown.count - Self.longestDetails) more (--verbose)")
            }
            if let wayOut = result.wayOut, result.outcome == .block {
                lines.append("\(margin)→ \(wayOut)")
            }
            return lines
        }
    }

    private func mark(_ outcome: GateResult.Outcome) -> String {
        switch outcome {
        case .pass: console.paint("pass ", .good)
        case .block: console.paint("block", .bad)
        case .overridden: console.paint("over ", .warning)
        }
    }
}

/// Problems as people read them.
struct ProblemText {
    let console: Console

    /// More of the same are counted, with the first of them as examples.
    private static let longestList = 3

    func lines(_ problems: [Problem]) -> [String] {
        let alike = Dictionary(grouping: problems, by: kindAndDetail)
        var told: Set<Problem> = []
        return problems.flatMap { problem -> [String] in
            let same = alike[kindAndDetail(problem)] ?? []
            guard same.count > Self.longestList else { return [line(problem)] }
            guard let first = same.first, told.insert(first).inserted else { return [] }
            return summary(same, like: first)
        }
    }

    private func line(_ problem: Problem) -> String {
        let name = problem.migration.isEmpty ? "" : " \(problem.migration):"
        return "\(word(problem))\(name) \(detail(problem))"
    }

    private func summary(_ same: [Problem], like problem: Problem) -> [String] {
        let detail = detail(problem)
        let each =
            detail.hasPrefix("it ") ? detail.dropFirst("it ".count) : detail[...]
        return ["\(word(problem)) \(same.count) folders: each \(each)"]
            + same.prefix(Self.longestList).map { "  \($0.migration)" }
            + ["  … and \(same.count - Self.longestList) more"]
    }

    private func word(_ problem: Problem) -> String {
        console.paint(problem.kind.rawValue, .bad)
    }

    /// Sentences about a folder begin with its name, which stands in front already.
    private func detail(_ problem: Problem) -> String {
        let name = "\(problem.migration) "
        guard name.count > 1, problem.detail.hasPrefix(name) else { return problem.detail }
        return String(problem.detail.dropFirst(name.count))
    }

    /// The same for problems that differ in the folder only.
    private func kindAndDetail(_ problem: Problem) -> [String] {
        [problem.kind.rawValue, detail(problem)]
    }
}

/// A finding as people read it.
struct FindingText {
    let console: Console

    func line(_ finding: Finding) -> String {
        let tone: Console.Tone =
            switch finding.severity {
            case .note: .faint
            case .warning: .warning
            case .error: .bad
            }
        return "  \(console.paint(finding.severity.rawValue, tone)) \(finding.rule) "
            + "(statement \(finding.statement), line \(finding.line)): \(finding.message)"
    }
}
