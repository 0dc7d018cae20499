import ArgumentParser
import ReleaseCore

struct NewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Make an empty migration folder with a correct name.",
        discussion: """
            With --rebase it renames migrations of your branch to now instead: for those that \
            would come before ones that were merged meanwhile. Work tree and index change, \
            no commit does.
            """)

    @Argument(help: "What it does, in a few words.")
    var name: String?

    @Option(
        help: ArgumentHelp(
            "Give this migration a timestamp of now; can be repeated.", valueName: "migration"))
    var rebase: [String] = []

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if (name == nil) == rebase.isEmpty {
            throw ValidationError("Give either a name, or --rebase MIGRATION.")
        }
    }

    func run() throws {
        let console = common.console
        try CommandRunner(console: console).run {
            let workspace = try common.workspace()
            if let name {
                let path = try NewMigration(workspace).make(name)
                try console.answer(path, ["path": path])
            } else {
                try rename(workspace, console)
            }
            return .success
        }
    }

    private func rename(_ workspace: Workspace, _ console: Console) throws {
        let renamed = try MigrationRebase(workspace).rename(rebase)
        if console.format == .json {
            return try console.document(["renamed": renamed.map(Document.init)])
        }
        for renaming in renamed {
            console.line("\(renaming.old) → \(renaming.new)")
            for environment in renaming.histories {
                console.line("  renamed in the history of \(environment) too.")
            }
        }
        if renamed.contains(where: \.isStaged) {
            let word = renamed.count == 1 ? "migration" : "migrations"
            console.line("next:  git commit -m \"rename \(word) to come last\"")
        }
    }

    private struct Document: Encodable {
        var old: String
        var new: String
        /// Environments in whose history it was renamed too.
        var histories: [String]

        init(_ renaming: MigrationRebase.Renaming) {
            old = renaming.old
            new = renaming.new
            histories = renaming.histories
        }
    }
}
