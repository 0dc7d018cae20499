import ArgumentParser
import ReleaseCore

struct HotfixCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hotfix",
        abstract: "Open a migration that restores what others took away or changed.",
        discussion: """
            Replays the history in the sandbox to just before and just after the migrations, writes \
            the difference back as a new migration on the branch hotfix/NAME, with the Prisma schema \
            merged back, and proves it on top of today's history. Touches neither the work tree nor \
            any environment. What later migrations have undone already is left out.

            Exits with 4 where the hotfix is not proven; its first line says so too.
            """)

    @Argument(help: "Migrations to undo, by their whole names; FIRST..LAST for a range.")
    var migrations: [String]

    @Option(
        name: .customLong("env"),
        help: ArgumentHelp(
            "Start from this environment's branch, and count in its database the rows concerned.",
            valueName: "environment"))
    var environment: String?

    @Option(help: "Why, for the script and the commit message.")
    var reason: String?

    @Flag(help: "Write the files into the work tree instead of a branch.")
    var worktree = false

    @OptionGroup var common: CommonOptions

    func run() throws {
        let console = common.console
        try CommandRunner(console: console).run {
            let hotfix = try HotfixWriter(try common.workspace()).open(
                HotfixRequest(
                    migrations: migrations, environment: environment, reason: reason,
                    writesWorkTree: worktree))
            if console.format == .json {
                try console.document(HotfixDocument(hotfix))
            } else {
                console.lines(HotfixDisplay(console: console).lines(hotfix))
            }
            return hotfix.proven ? .success : .needsAttention
        }
    }
}
