import ArgumentParser
import ReleaseCore
import SQLAnalysis

struct LintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint", abstract: "Show the findings of migrations.",
        discussion: """
            By default those of the checked-out branch that the first environment's branch has not, \
            and those in the work tree that are not committed yet; \
            where there are none, those of that branch that the branch of the environment promoting \
            from it has not. A PATH that is there is read from disk, committed or \
            not: a script, a migration's folder, or a folder of migrations. With --migrations DIR \
            every migration of DIR is judged as if those before it had run long ago.

            Asks no database: tables that other migrations have made count as full and busy. \
            “sluice plan ENV” judges by the sizes of ENV's own tables.

            A comment “-- sluice:allow RULE reason” above a statement silences one rule there.

            Exit codes: 0 no finding is as grave as --fail-on, 1 one is, 64 usage.
            """)

    /// From which severity on the command fails.
    enum Threshold: String, ExpressibleByArgument, CaseIterable {
        case note, warning, error, never

        func isReached(by worst: Severity?) -> Bool {
            guard let worst, let least = Severity(rawValue: rawValue) else { return false }
            return worst >= least
        }
    }

    /// The forms that only findings have.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, markdown, github, sarif
    }

    @Argument(help: ArgumentHelp("Files, folders or names of migrations.", valueName: "path"))
    var paths: [String] = []

    @Option(help: "Fail from this severity on: note, warning, error or never.")
    var failOn = Threshold.error

    @OptionGroup var common: LintOptions

    func run() throws {
        let console = common.console
        try CommandRunner(console: console, writesMarkdown: true).run {
            let report = try report()
            switch common.format {
            case .text: console.lines(LintText(report: report, console: console).lines())
            case .json: try console.document(LintDocument(report))
            case .markdown: console.lines(LintMarkdown(report: report).lines())
            case .github: console.lines(LintAnnotations(report: report).lines())
            case .sarif: try console.document(SARIFDocument(report))
            }
            return failOn.isReached(by: report.worst) ? .failure : .success
        }
    }

    /// What is on disk is read from there, which needs no repository.
    private func report() throws -> LintReport {
        if !paths.isEmpty, paths.allSatisfy(LintReport.isOnDisk) {
            return try LintReport.files(paths)
        }
        return try LintReport.make(try common.workspace(), only: paths)
    }
}

/// The common flags, with the formats of findings.
struct LintOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Look for the repository here and above.", valueName: "path"))
    var repo = "."

    @Option(
        help: ArgumentHelp(
            "Use this configuration file instead of the committed one.", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp("Read migrations from a plain folder instead of Git.", valueName: "dir"))
    var migrations: String?

    @Option(help: "text, json, markdown, github (annotations) or sarif.")
    var format = LintCommand.Format.text

    @Option(help: "auto, always or never.")
    var color = ColorChoice.auto

    @Flag(help: .hidden)
    var yes = false

    @Flag(help: "Say more.")
    var verbose = false

    func workspace() throws -> Workspace {
        let process = ProcessContext.current
        return try Workspace(
            WorkspaceOptions(
                repositoryPath: repo, configurationFile: config, migrationsDirectory: migrations,
                variables: process.variables, actor: process.actor, author: process.author,
                sandboxBase: process.sandboxBase,
                serverBindir: process.variables["SLUICE_PG_BINDIR"]))
    }

    var console: Console {
        Console(
            format: OutputFormat(rawValue: format.rawValue) ?? .json, color: color,
            isVerbose: verbose)
    }
}
