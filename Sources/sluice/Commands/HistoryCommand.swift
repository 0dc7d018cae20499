import ArgumentParser
import ReleaseCore

struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show what the ledger remembers of an environment, newest first.",
        discussion: """
            Deployments with their steps, gates, overrides and what was accepted; approvals, holds, \
            smoke runs, and what was resolved by hand. --verbose shows every gate and step.
            """)

    @Argument(help: "The environment; may be left out when there is only one.")
    var environment: String?

    @Option(help: "How many deployments, and how many events of each kind, at most.")
    var limit = 20

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...10_000).contains(limit) else {
            throw ValidationError("--limit takes a number from 1 to 10000.")
        }
    }

    func run() throws {
        let console = common.console
        try CommandRunner(console: console, writesMarkdown: true).run {
            let contents = try LedgerHistory(try common.workspace()).read(environment, limit: limit)
            switch console.format {
            case .json: try console.document(HistoryDocument(contents))
            case .markdown: console.lines(HistoryMarkdown(contents: contents).lines())
            case .text:
                console.lines(HistoryText(contents: contents, console: console).lines(limit: limit))
            }
            return .success
        }
    }
}
