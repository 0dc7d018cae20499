import ArgumentParser
import Foundation
import GitStore
import ReleaseCore

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Write sluice.yml from questions or flags; install hooks.",
        discussion: """
            With --hooks it installs Git hooks instead: pre-commit, pre-push and post-merge in a \
            clone, post-receive in a bare repository. \
            They never stop a commit because sluice or \
            a database is absent, unless “git config sluice.strict true” asks for it.
            """)

    @Option(help: ArgumentHelp("The branch that feeds staging.", valueName: "branch"))
    var staging: String?

    @Option(help: ArgumentHelp("The branch that feeds production.", valueName: "branch"))
    var production: String?

    @Option(help: ArgumentHelp("The migrations folder inside the repository.", valueName: "path"))
    var path: String?

    @Flag(help: "Print the file instead of writing it.")
    var dryRun = false

    @Flag(help: "Install the Git hooks; an existing one is never overwritten.")
    var hooks = false

    @OptionGroup var common: CommonOptions

    func run() throws {
        let console = common.console
        try CommandRunner(console: console).run {
            let workspace = try common.workspace()
            if hooks { return try installHooks(HookInstaller(workspace).install(), console) }
            var template = try ConfigurationTemplate.proposal(for: workspace)
            template.migrationsPath = path ?? ask("Migrations folder", template.migrationsPath)
            template.stagingBranch = staging ?? ask("Branch for staging", template.stagingBranch)
            template.productionBranch =
                production ?? ask("Branch for production", template.productionBranch)
            if dryRun {
                console.line(template.text)
                return .success
            }
            return try write(template, workspace, console)
        }
    }

    private func installHooks(
        _ results: [HookInstaller.Result], _ console: Console
    ) throws -> ExitCode {
        if console.format == .json {
            try console.document(["hooks": results.map(HookDocument.init)])
            return .success
        }
        for result in results {
            switch result.outcome {
            case .installed: console.line("installed \(result.path)")
            case .updated: console.line("updated   \(result.path)")
            case .unchanged: console.line("unchanged \(result.path)")
            case .foreign:
                console.error(
                    "\(result.path) is there already and was not touched. Add this line to it:\n  sluice hook \(result.hook.rawValue) \"$@\"\(result.hook.isRefusing ? " || exit 1" : "")"
                )
            }
        }
        return .success
    }

    private func ask(_ question: String, _ proposal: String) -> String {
        guard !common.yes, ProcessContext.current.isInteractive else { return proposal }
        Console.write("\(question) [\(proposal)]: ", to: STDERR_FILENO)
        let answer = readLine()?.trimmingCharacters(in: .whitespaces) ?? ""
        return answer.isEmpty ? proposal : answer
    }

    private func write(
        _ template: ConfigurationTemplate, _ workspace: Workspace, _ console: Console
    ) throws -> ExitCode {
        guard let tree = workspace.repository?.workTree else {
            throw ReleaseError(
                .usage, "a bare repository has no work tree to write \(Configuration.fileName) to.")
        }
        let file = URL(fileURLWithPath: tree).appendingPathComponent(Configuration.fileName)
        guard !FileManager.default.fileExists(atPath: file.path) else {
            throw ReleaseError(
                .usage, "\(Configuration.fileName) is there already.", state: "it was not touched.",
                next: ["edit it, and validate it with “sluice check”."])
        }
        try Data(template.text.utf8).write(to: file, options: .withoutOverwriting)
        if console.format == .json {
            try console.document(["file": file.path])
            return .success
        }
        console.line(
            "wrote \(Configuration.fileName): dev, staging (branch \(template.stagingBranch)), production (branch \(template.productionBranch))."
        )
        console.line(
            "next:  set STAGING_DATABASE_URL and PRODUCTION_DATABASE_URL, commit the file to both branches, then sluice check"
        )
        return .success
    }

    private struct HookDocument: Encodable {
        var hook: String
        var path: String
        var outcome: String

        init(_ result: HookInstaller.Result) {
            hook = result.hook.rawValue
            path = result.path
            outcome = "\(result.outcome)"
        }
    }
}
