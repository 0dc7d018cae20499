import ArgumentParser
import ReleaseCore

struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Show an environment's deployments, newest first.")

    @Argument(help: "The environment; may be left out when there is only one.")
    var environment: String?

    @Option(help: "How many deployments at most.")
    var limit = 20

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...10_000).contains(limit) else {
            throw ValidationError("--limit takes a number from 1 to 10000.")
        }
    }

    func run() throws {
        let console = common.console
        try CommandRunner(console: console).run {
            let records = try DeploymentHistory(try common.workspace()).read(
                environment, limit: limit)
            if console.format == .json {
                try console.document(["deployments": records])
            } else if records.isEmpty {
                console.line("no deployments are recorded.")
            } else {
                console.lines(records.flatMap { lines($0, console) })
            }
            return .success
        }
    }

    private func lines(_ record: DeploymentRecord, _ console: Console) -> [String] {
        let verdict = record.verdict ?? "unfinished"
        let tone: Console.Tone = verdict == "succeeded" ? .good : .bad
        let commit = record.commit.map { " @ \($0.prefix(10))" } ?? ""
        let head =
            "\(record.startedAt.prefix(19))  \(console.paint(verdict, tone))  \(record.branch ?? "folder")\(commit)  "
            + "plan \(record.digest.prefix(PlanDigest.shortLength))  by \(record.actor)"
        let limit = console.isVerbose ? Int.max : 8
        let steps = record.steps.prefix(limit).map { step in
            "    \(step.outcome) \(step.migration)\(step.message.map { ": \($0)" } ?? "")"
        }
        let more = record.steps.count - steps.count
        return [head] + steps + (more > 0 ? ["    … and \(more) more (--verbose)"] : [])
    }
}
