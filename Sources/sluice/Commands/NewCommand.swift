import ArgumentParser
import ReleaseCore

struct NewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Make an empty migration folder with a correct name.")

    @Argument(help: "What it does, in a few words.")
    var name: String

    @OptionGroup var common: CommonOptions

    func run() throws {
        let console = common.console
        try CommandRunner(console: console).run {
            console.line(try NewMigration(try common.workspace()).make(name))
            return .success
        }
    }
}
