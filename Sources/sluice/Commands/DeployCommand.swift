import ArgumentParser
import ReleaseCore

struct DeployCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy", abstract: "Run the plan of an environment that has no upstream.",
        discussion: """
            Without a sluice.yml this replaces “prisma migrate deploy”: the current branch goes to \
            the database in DATABASE_URL.
            """)

    @Argument(help: "The environment; may be left out when there is only one.")
    var environment: String?

    @OptionGroup var options: DeploymentOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        try DeploymentCommandBody(promotes: false, options: options, common: common).run(
            environment)
    }
}

struct PromoteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote", abstract: "Run the plan of an environment that has an upstream.",
        discussion: """
            Nothing runs before every gate passes. --plan binds the run to the plan you inspected: \
            if commit or history changed since, it is refused.
            """)

    @Argument(help: "The environment to promote to.")
    var environment: String

    @OptionGroup var options: DeploymentOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        try DeploymentCommandBody(promotes: true, options: options, common: common).run(environment)
    }
}

/// The flags of `deploy` and `promote`.
struct DeploymentOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The digest of the plan you inspected (12 digits or more).", valueName: "digest"))
    var plan: String?

    @Option(help: ArgumentHelp("Stop behind this migration.", valueName: "migration"))
    var upTo: String?

    @OptionGroup var answers: AnswerOptions

    @Flag(help: "Show the plan and change nothing.")
    var dryRun = false

    @Flag(help: "Run the migrations under maintenance mode (maintenance: in sluice.yml).")
    var maintenance = false

    @Option(help: ArgumentHelp("Also write the results as JUnit XML.", valueName: "file"))
    var junit: String?

    func validate() throws {
        if let complaint = plan.flatMap(PlanDigest.complaint) { throw ValidationError(complaint) }
    }
}

/// What both commands do.
struct DeploymentCommandBody {
    let promotes: Bool
    let options: DeploymentOptions
    let common: CommonOptions

    func run(_ environment: String?) throws {
        let console = common.console
        var runner = CommandRunner(console: console, writesMarkdown: true)
        if !options.dryRun {
            runner.document = { RefusedDeploymentDocument(environment: environment, refusal: $0) }
        }
        try runner.run {
            options.dryRun ? try show(environment, console) : try deploy(environment, console)
        }
    }

    private func show(_ environment: String?, _ console: Console) throws -> ExitCode {
        try PlanPrinter(console: console).run(
            common, environment, upTo: options.upTo, options.answers, digest: options.plan)
    }

    private func deploy(_ environment: String?, _ console: Console) throws -> ExitCode {
        let interrupt = Interrupt()
        let signals = SignalWatch(interrupt, console)
        defer { withExtendedLifetime(signals) {} }
        let story = DeploymentText(console: console)
        let teller = StoryTeller(console: console)
        var path = ""
        let report = try reporting(environment, console) {
            let workspace = try common.workspace()
            path = workspace.configuration.migrationsPath
            return try Deployer(workspace, interrupt: interrupt) { teller.tell($0) }
                .run(try request(environment, console))
        }
        JUnitReport(report).write(to: options.junit, console)
        switch console.format {
        case .json: try console.document(DeploymentDocument(report))
        case .markdown: console.lines(DeploymentMarkdown(report: report).lines())
        case .text: console.lines(story.closing(report))
        }
        CIOutputs.current.tell(report, migrations: path, console)
        if let complaint = story.complaint(report) { console.error(complaint) }
        return DeploymentText.exitCode(report)
    }

    /// CI systems show the file, so it is there whatever happens.
    private func reporting(
        _ environment: String?, _ console: Console, _ body: () throws -> DeploymentReport
    ) throws -> DeploymentReport {
        do {
            return try body()
        } catch {
            JUnitReport(environment, failure: "\(error)").write(to: options.junit, console)
            throw error
        }
    }

    private func request(_ environment: String?, _ console: Console) throws -> DeploymentRequest {
        var request = DeploymentRequest(
            environment: environment, promotes: promotes, inspectedDigest: options.plan,
            upTo: options.upTo, accepted: Set(options.answers.accept),
            answers: try options.answers.answers())
        request.underMaintenance = options.maintenance
        if console.tellsStory, ProcessContext.current.isInteractive {
            request.confirm = { plan, gates in
                console.lines(
                    PlanText(
                        plan: plan, gates: gates, console: console, sqlLines: PlanText.shortSQL
                    )
                    .lines())
                return console.confirms(
                    "Run plan \(plan.digest.prefix(PlanDigest.shortLength)) on \(plan.environment)?"
                )
            }
        }
        return request
    }
}
