import ArgumentParser
import GitStore
import ReleaseCore

struct HotfixCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hotfix",
        abstract: "Open a migration that restores what another one took away.",
        discussion: """
            Replays the history in the sandbox to just before and just after the migration, writes \
            the difference back as a new migration on the branch hotfix/NAME, and proves it. \
            Touches neither the work tree nor any environment.
            """)

    @Argument(help: "The migration to undo, by its whole name.")
    var migration: String

    @Option(
        name: .customLong("env"),
        help: ArgumentHelp("Start from this environment's branch.", valueName: "environment"))
    var environment: String?

    @Option(help: "Why, for the commit message.")
    var reason: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
        let console = common.console
        try CommandRunner(console: console).run {
            let hotfix = try HotfixWriter(try common.workspace())
                .open(migration, environment: environment, reason: reason)
            if console.format == .json {
                try console.document(HotfixDocument(hotfix))
            } else {
                print(hotfix, console)
            }
            return hotfix.proven ? .success : .needsAttention
        }
    }

    private func print(_ hotfix: HotfixWriter.Hotfix, _ console: Console) {
        console.line("\(console.paint(hotfix.branch, .strong)) @ \(hotfix.commit.short)")
        for line in hotfix.sql.split(separator: "\n", omittingEmptySubsequences: false) {
            console.line("    " + console.paint(String(line), .faint))
        }
        if hotfix.proven {
            console.line(
                console.paint("proven", .good)
                    + ": in the sandbox the schema is the one of before again.")
        } else {
            console.line(console.paint("not proven", .bad) + ": this does not return:")
            for object in hotfix.cannotReturn { console.line("  \(object)") }
        }
        let branch = hotfix.target ?? "the environment's branch"
        if !hotfix.proven { console.line("next:  complete the script on branch \(hotfix.branch)") }
        console.line("next:  git switch \(branch) && git merge \(hotfix.branch)")
        console.line(
            "next:  sluice status   (a hold is lifted with sluice release ENVIRONMENT --reason TEXT)"
        )
        console.line(
            "next:  sluice \(hotfix.isPromoted ? "promote" : "deploy") \(hotfix.environment)")
        if !hotfix.losses.isEmpty {
            console.line(
                "note:  do not bring both the migration and its hotfix to a database that still has the data: together they delete it."
            )
        }
    }
}

extension HotfixDocument {
    init(_ hotfix: HotfixWriter.Hotfix) {
        self.hotfix = Hotfix(
            branch: hotfix.branch, migration: hotfix.migration, commit: hotfix.commit.hex,
            proven: hotfix.proven, cannotReturn: hotfix.cannotReturn)
    }
}
