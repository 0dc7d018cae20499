import ArgumentParser
import ReleaseCore

struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Follow branches and deploy on change.",
        discussion: """
            Follows the environments marked “auto: true”, or the ones named. It compares the tip \
            of each branch with the history and the ledger in the database, so it forgets \
            nothing when it is restarted, and several may run: one acts. What failed is not tried \
            again before the plan is another one; what waiting may mend is. A rewritten or deleted \
            branch puts the environment on hold.
            """)

    @Argument(help: ArgumentHelp("Only these environments.", valueName: "env"))
    var environments: [String] = []

    @Flag(help: "Look once, deploy what is pending, and end.")
    var once = false

    @Option(
        help: ArgumentHelp(
            "How often branches are looked at (5s; 30s with --remote).", valueName: "time"))
    var interval: String?

    @Option(
        help: ArgumentHelp(
            "With --once: how long to go on with what waiting may mend.", valueName: "time"))
    var wait = "0s"

    @Option(
        help: ArgumentHelp(
            "Follow a remote repository: a URL, or the name of a remote. A copy of it is kept.",
            valueName: "remote"))
    var remote: String?

    @Option(
        help: ArgumentHelp(
            "Answer /healthz and /metrics here, for example 127.0.0.1:9187.",
            valueName: "address:port"))
    var listen: String?

    @Option(help: .hidden)
    var configurationAt: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard DurationText.parse(wait) != nil else {
            throw ValidationError("--wait takes a time such as 30s or 10m.")
        }
        guard let pause = DurationText.parse(usedInterval), pause >= .milliseconds(100) else {
            throw ValidationError("--interval takes a time of at least 100ms, such as 5s.")
        }
        guard common.migrations == nil else {
            throw ValidationError("A plain folder has no branch to follow.")
        }
    }

    func run() throws {
        let console = common.console
        try CommandRunner(console: console, writesMarkdown: true).run {
            let request = try request()
            let meter = WatchMeter()
            let text = WatchText(console: console)
            let watcher = Watcher(request) { event in
                meter.count(event)
                text.tell(event)
            }
            let signals = WatchSignals(watcher, console)
            defer { withExtendedLifetime(signals) {} }
            let listener = try listen.map { try StatusListener($0, meter, request.interval) }
            defer { withExtendedLifetime(listener) {} }
            if once { return Self.exitCode(try watcher.runOnce().map(\.outcome)) }
            watcher.run()
            return .success
        }
    }

    private var usedInterval: String { interval ?? (remote == nil ? "5s" : "30s") }

    private func request() throws -> WatchRequest {
        var options = common.workspaceOptions
        options.configurationRevision = configurationAt
        var request = WatchRequest(options: options, environments: environments)
        request.interval = DurationText.parse(usedInterval) ?? request.interval
        request.patience = DurationText.parse(wait) ?? request.patience
        if let remote {
            let mirror = try RemoteAccess(common).mirror(of: remote)
            request.mirror = mirror
            request.options.repositoryPath = mirror.path
        }
        return request
    }

    /// The worst of what the environments came to: a failure before what needs
    /// attention, before what can be tried again.
    static func exitCode(_ outcomes: [WatchOutcome]) -> ExitCode {
        let order: [ExitCode] = [
            .interrupted, .failure, .usage, .needsAttention, .blocked, .tryAgain, .success,
        ]
        let codes = outcomes.map(exitCode)
        return order.first(where: codes.contains) ?? .success
    }

    private static func exitCode(_ outcome: WatchOutcome) -> ExitCode {
        switch outcome {
        case .upToDate: .success
        case .ran(let report), .blocked(let report): DeploymentText.exitCode(report)
        case .failedBefore: .failure
        case .held, .putOnHold: .blocked
        case .elsewhere, .tryAgain: .tryAgain
        case .interrupted: .interrupted
        case .unusable: .usage
        }
    }
}
