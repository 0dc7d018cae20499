import ArgumentParser
import ReleaseCore
import SQLAnalysis

struct LintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint", abstract: "Show the findings of migrations.",
        discussion: """
            By default those that are on the first environment's branch and not yet on the branch \
            of the one that promotes from it. Looks at scripts only, at no database.
            """)

    @Argument(help: ArgumentHelp("Migration folders or names.", valueName: "path"))
    var paths: [String] = []

    @OptionGroup var common: CommonOptions

    func run() throws {
        let console = common.console
        try CommandRunner(console: console).run {
            let report = try LintReport.make(try common.workspace(), only: paths)
            if console.format == .json {
                try console.document(Document(report))
            } else {
                print(report, console)
            }
            let hasErrors = report.entries.contains {
                $0.findings.contains { $0.severity == .error }
            }
            return hasErrors ? .failure : .success
        }
    }

    private func print(_ report: LintReport, _ console: Console) {
        let text = FindingText(console: console)
        var count = 0
        for entry in report.entries where !entry.findings.isEmpty || entry.syntax != nil {
            console.line(console.paint(entry.name, .strong))
            if let syntax = entry.syntax {
                console.line("  note: PostgreSQL 15's grammar cannot read it: \(syntax)")
            }
            for finding in entry.findings { console.line(text.line(finding)) }
            count += entry.findings.count
        }
        console.line("\(report.entries.count) migrations, \(count) findings.")
    }

    struct Document: Encodable {
        struct Migration: Encodable {
            var name: String
            var findings: [FindingDocument]
        }

        var migrations: [Migration]

        init(_ report: LintReport) {
            migrations = report.entries.map {
                Migration(name: $0.name, findings: $0.findings.map(FindingDocument.init))
            }
        }
    }
}
