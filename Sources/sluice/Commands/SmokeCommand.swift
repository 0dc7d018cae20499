import ArgumentParser
import ReleaseCore

struct SmokeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "smoke", abstract: "Run an environment's smoke checks and record the outcome.")

    @Argument(help: "The environment; may be left out when there is only one.")
    var environment: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
        let console = common.console
        try CommandRunner(console: console).run {
            let (name, run) = try SmokeStage(workspace: try common.workspace()).run(environment)
            if console.format == .json {
                try console.document(Document(name, run))
            } else {
                print(name, run, console)
            }
            return run.outcome == .passed ? .success : run.outcome == .failed ? .failure : .tryAgain
        }
    }

    private func print(_ name: String, _ run: SmokeRun, _ console: Console) {
        if run.results.isEmpty {
            console.line("\(name) has no smoke checks; add some under smoke: in sluice.yml.")
        }
        console.lines(SmokeText(console: console).lines(run))
    }

    struct Document: Encodable {
        var environment: String
        var outcome: String
        var smoke: [SmokeDocument]

        init(_ environment: String, _ run: SmokeRun) {
            self.environment = environment
            outcome = run.outcome.rawValue
            smoke = run.results.map(SmokeDocument.init)
        }
    }
}
