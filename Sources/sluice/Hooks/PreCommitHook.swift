import ArgumentParser
import GitStore
import ReleaseCore
import SQLAnalysis

/// Says what is wrong with the commit about to be made.
struct PreCommitHook {
    let workspace: Workspace
    let console: Console

    init(_ workspace: Workspace, _ console: Console) {
        self.workspace = workspace
        self.console = console
    }

    func run() throws -> ExitCode {
        let index = ProcessContext.current.variables["GIT_INDEX_FILE"]
        let report = try CommitCheck(workspace).report(index: index)
        for line in lines(report) { console.error(line) }
        let isStrict = workspace.repository?.flag(HookWords.strict) == true
        if isStrict, !report.unasked.isEmpty, !report.isRefused {
            console.error("refused, because \(HookWords.strict) is set.")
            return .failure
        }
        guard report.isRefused else { return .success }
        console.error("\nnothing was committed. To commit all the same: git commit --no-verify")
        return .failure
    }

    private func lines(_ report: CommitCheck.Report) -> [String] {
        let findings = FindingText(console: console)
        var lines = report.refusals.flatMap(self.lines)
        for entry in report.judged {
            lines.append(console.paint(entry.name, .strong))
            lines += entry.problems.map {
                "  \(console.paint($0.kind.rawValue, .bad)) \($0.detail)"
            }
            lines += entry.findings.map(findings.line)
            if let error = entry.findings.first(where: { $0.severity == .error }) {
                lines.append(
                    "  next: mend it, or answer for it above the statement: -- sluice:allow \(error.rule) REASON"
                )
            }
        }
        if let schema = report.schemaAlone {
            lines.append(
                "note: \(schema) changes and no migration comes with it (npx prisma migrate dev --name NAME makes one)."
            )
        }
        return lines + report.unasked.map { "note: \($0)" }
    }

    private func lines(_ refusal: CommitCheck.Refusal) -> [String] {
        let name = refusal.migration
        let what =
            switch refusal.kind {
            case .edited: "edited"
            case .removed: "removed"
            case .renamed: "renamed to \(refusal.newName ?? "another name")"
            }
        let undo = "git checkout HEAD -- \(workspace.configuration.migrationsPath)/\(name)"
        // The hook asks no database, so only its user knows that a script ran nowhere.
        let unused =
            "git commit --no-verify where no environment has applied it, as after its failure"
        return [
            "\(console.paint("refused:", .bad)) \(name) is \(what), and \(refusal.reason).",
            "  next: \(undo)",
            refusal.kind == .edited
                ? "  next: sluice new NAME for a migration that changes more, or sluice hotfix \(name) for one that undoes it"
                : "  next: sluice hotfix \(name) for a migration that undoes it",
            "  next: \(unused)",
        ]
    }
}
