import ArgumentParser
import ReleaseCore

struct SandboxCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox", abstract: "Use or remove this repository's private PostgreSQL.",
        subcommands: [Run.self, Remove.self])

    struct Run: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run",
            abstract:
                "Keep the private server running, with the URL of an environment's database, until Ctrl-C."
        )

        @Argument(help: "A sandboxed environment, or what was restored.")
        var environment: String

        @OptionGroup var common: CommonOptions

        func run() throws {
            let console = common.console
            try CommandRunner(console: console, writesMarkdown: true).run {
                let url = try SandboxControl(try common.workspace()).open(environment)
                try console.answer(url.url, ["url": url.url])
                if ProcessContext.current.isInteractive { console.error("running until Ctrl-C.") }
                withExtendedLifetime(url) { SignalPause.untilInterrupted() }
                return .success
            }
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Delete the private server and everything in it.")

        @Argument(help: "What was restored, instead of the repository's server.")
        var name: String?

        @OptionGroup var common: CommonOptions

        func run() throws {
            let console = common.console
            try CommandRunner(console: console, writesMarkdown: true).run {
                let removed = try SandboxControl(try common.workspace()).remove(name)
                try console.answer(
                    removed ? "removed." : "there was none.", ["removed": removed])
                return .success
            }
        }
    }
}
