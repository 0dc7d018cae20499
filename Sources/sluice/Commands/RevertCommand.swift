import ArgumentParser
import ReleaseCore

struct RevertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revert",
        abstract: "Emergency: take a migration out of an environment, in one transaction.",
        discussion: """
            Without --plan it shows the inverse statements and what they cost, and changes nothing. \
            With --plan and the digest it showed: maintenance mode on, the inverse and the mark on \
            the history row in one transaction, smoke checks, maintenance mode off. The migration is \
            pending again afterwards, for Prisma too, so the environment is put on hold until \
            it is off the branch or repaired.

            Refused while later migrations depend on it. Where the environment has a review gate, \
            somebody else signs it off first with --approve. A hotfix is the usual way; this is for \
            when there is no time for one.
            """)

    @Argument(help: "The environment.")
    var environment: String

    @Argument(help: "The migration, by its whole name.")
    var migration: String

    @Option(help: ArgumentHelp("The revert that was looked at.", valueName: "digest"))
    var plan: String?

    @Option(help: "Why, for the ledger.")
    var reason: String?

    @Flag(help: "Sign the revert off instead of running it.")
    var approve = false

    @Flag(help: "Show it and succeed.")
    var dryRun = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let complaint = plan.flatMap(PlanDigest.complaint) { throw ValidationError(complaint) }
    }

    func run() throws {
        let console = common.console
        try CommandRunner(console: console).run {
            let interrupt = Interrupt()
            let signals = SignalWatch(interrupt, console)
            defer { withExtendedLifetime(signals) {} }
            let teller = StoryTeller(console: console)
            let reverter = Reverter(try common.workspace(), interrupt: interrupt) {
                teller.tell($0)
            }
            let request = Reverter.Request(
                environment: environment, migration: migration,
                inspectedDigest: dryRun ? nil : plan, reason: reason)
            if approve {
                let plan = try reverter.approve(request)
                let short = plan.digest.prefix(PlanDigest.shortLength)
                try console.answer(
                    "approved: the revert of \(plan.migration) in \(plan.environment), \(short)",
                    [
                        "environment": plan.environment, "migration": plan.migration,
                        "digest": plan.digest,
                    ])
                return .success
            }
            if let finished = try reverter.finish(request) {
                if console.format == .json {
                    try console.document(RevertDocument(finished, digest: plan ?? ""))
                } else {
                    console.lines(RevertText(console: console).lines(finished))
                }
                return finished.verdict == .succeeded ? .success : .failure
            }
            let report = try reverter.run(request)
            if console.format == .json {
                try console.document(RevertDocument(report))
            } else {
                console.lines(RevertText(console: console).lines(report))
            }
            return exitCode(report)
        }
    }

    private func exitCode(_ report: RevertReport) -> ExitCode {
        switch report.verdict {
        case .succeeded: report.openFollowUps.isEmpty ? .success : .needsAttention
        case .blocked: dryRun ? .success : .blocked
        default: .failure
        }
    }
}
