import ArgumentParser
import ReleaseCore

struct SmokeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "smoke", abstract: "Run an environment's smoke checks and record the outcome.",
        discussion: """
            Exit codes: 0 passed, 1 a required check said no, 5 one could not tell. Checks come \
            from smoke: in sluice.yml and from smoke/*.sql in the folders of applied migrations. \
            A run by tag proves nothing to the environments downstream.
            """)

    @Argument(help: "The environment; may be left out when there is only one.")
    var environment: String?

    @Option(
        help: ArgumentHelp("Only checks with this tag; can be given again.", valueName: "tag"))
    var tag: [String] = []

    @Option(help: ArgumentHelp("Also write the results as JUnit XML.", valueName: "file"))
    var junit: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
        let console = common.console
        try CommandRunner(console: console).run {
            let interrupt = Interrupt()
            let signals = SignalWatch(interrupt, console)
            defer { withExtendedLifetime(signals) {} }
            let teller = StoryTeller(console: console)
            let stage = SmokeStage(workspace: try common.workspace(), interrupt: interrupt) {
                teller.tell($0)
            }
            let report = try stage.run(environment, tags: tag)
            JUnitReport(report.environment, report.run).write(to: junit, console)
            if console.format == .json {
                try console.document(Document(report))
            } else {
                print(report, console)
            }
            if interrupt.isRaised { return .interrupted }
            return Self.exitCode(report.run)
        }
    }

    private static func exitCode(_ run: SmokeRun) -> ExitCode {
        switch run.outcome {
        case .passed: .success
        case .failed: .failure
        case .error: .tryAgain
        }
    }

    private func print(_ report: SmokeStage.Report, _ console: Console) {
        let name = report.environment
        if report.run.results.isEmpty {
            console.line("\(name) has no smoke checks; add some under smoke: in sluice.yml.")
        }
        console.lines(SmokeText(console: console).lines(report.run))
        console.lines(report.notes.map { console.paint("note: \($0)", .faint) })
        guard let hold = report.hold else { return }
        console.line("\(name) is on hold since \(TimestampText.minute(hold.since)): \(hold.reason)")
        if report.run.outcome == .passed, report.run.isComplete, !report.run.results.isEmpty {
            console.line("next:  sluice release \(name) --reason \"smoke checks pass\"")
        }
    }

    struct Document: Encodable {
        var environment: String
        var outcome: String
        var smoke: [SmokeDocument]

        init(_ report: SmokeStage.Report) {
            environment = report.environment
            outcome = report.run.outcome.rawValue
            smoke = report.run.results.map(SmokeDocument.init)
        }
    }
}
