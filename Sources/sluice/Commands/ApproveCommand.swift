import ArgumentParser
import ReleaseCore

struct ApproveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Sign off the plan of an environment.",
        discussion: """
            Shows the plan, asks, and records the approval in the environment's ledger. It holds \
            for exactly this plan: another commit, migration or history is another plan. Authors \
            of pending migrations cannot approve them.
            """)

    @Argument(help: "The environment.")
    var environment: String

    @Option(
        help: ArgumentHelp(
            "The digest of the plan to approve (12 digits or more).", valueName: "digest"))
    var plan: String

    @Option(help: ArgumentHelp("The plan stops behind this migration.", valueName: "migration"))
    var upTo: String?

    @Option(
        help: ArgumentHelp("Sign the approval with this SSH key.", valueName: "file"))
    var sign: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let complaint = PlanDigest.complaint(plan) { throw ValidationError(complaint) }
    }

    func run() throws {
        let console = common.console
        try CommandRunner(console: console).run {
            let keeper = ApprovalKeeper(try common.workspace())
            let draft = try keeper.prepare(environment, digest: plan, upTo: upTo, accepted: [])
            let short = draft.prepared.plan.digest.prefix(PlanDigest.shortLength)
            if console.tellsStory {
                let text = PlanText(
                    plan: draft.prepared.plan, gates: draft.prepared.gates, console: console,
                    sqlLines: console.isVerbose ? .max : PlanText.shortSQL)
                console.lines(text.lines() + [""])
            }
            let who = "\(draft.name) <\(draft.email)>"
            guard common.yes || console.confirms("Approve plan \(short) as \(who)?") else {
                throw ReleaseError(
                    .blocked, "the plan \(short) was not approved: nobody said yes.",
                    state: "nothing was recorded.",
                    next: ["run it on a terminal, or with --yes after reading “sluice plan”."])
            }
            try keeper.record(draft, signingWith: sign)
            try console.answer(
                "\(console.paint("approved", .good)): plan \(short) of \(environment), by \(who)\(sign == nil ? "" : ", signed").",
                Document(
                    environment: environment, digest: draft.prepared.plan.digest,
                    name: draft.name, email: draft.email, signed: sign != nil))
            return .success
        }
    }

    private struct Document: Encodable {
        var environment: String
        var digest: String
        var name: String
        var email: String
        var signed: Bool
    }
}
