import ArgumentParser
import GitStore
import Glibc

@main
struct Sluice: ParsableCommand {
    static func main() {
        // A closed pipe is no reason to stop in the middle of a deployment.
        signal(SIGPIPE, SIG_IGN)
        // Nearly every command reads a repository; these are over before that would be ready.
        if let command = CommandLine.arguments.dropFirst().first, !command.hasPrefix("-"),
            !["help", "sandbox", "demo"].contains(command)
        {
            GitRepository.prepare()
        }
        do {
            if let refusal = CommandName(CommandLine.arguments)?.refusal {
                try CommandRunner(console: console).run { throw refusal }
            }
            var command = try parseAsRoot()
            try command.run()
        } catch {
            refuse(error)
            exit(withError: error)
        }
    }

    /// A mistake on the command line is told like every other, and is one document too where
    /// one is asked for; whatever a command refuses has been told by then.
    private static func refuse(_ error: any Error) {
        let code = exitCode(for: error)
        guard !(error is ExitCode), code != .success else { return }
        if console.format == .json {
            try? console.document(RefusalDocument(usage: message(for: error), code))
        }
        let text = fullMessage(for: error)
        let word = "Error:"
        console.error(
            text.hasPrefix(word)
                ? console.paint("error:", .bad) + text.dropFirst(word.count) : text)
        exit(withError: code)
    }

    /// How to speak where the command line could not be read.
    private static var console: Console {
        let arguments = CommandLine.arguments
        let wantsJSON =
            arguments.contains("--format=json")
            || zip(arguments, arguments.dropFirst()).contains { $0 == ("--format", "json") }
        return Console(format: wantsJSON ? .json : .text, color: .auto, isVerbose: false)
    }

    static let configuration = CommandConfiguration(
        commandName: "sluice",
        abstract: "Carries Prisma migrations from Git through dev, staging and production.",
        discussion: """
            sluice finds the migrations that reached a branch, shows what would run, and runs it: \
            each migration in one transaction with its record, behind gates, checked afterwards.

            Exit codes: 0 done or nothing to do, 1 failed, 3 blocked by a gate or a hold, \
            4 needs attention, 5 try again, 64 usage or configuration, 130 interrupted.
            """,
        version: "0.1.0",
        groupedSubcommands: [
            CommandGroup(
                name: "Start", subcommands: [DemoCommand.self, InitCommand.self, CheckCommand.self]),
            CommandGroup(
                name: "Look",
                subcommands: [
                    StatusCommand.self, ListCommand.self, PlanCommand.self, LintCommand.self,
                    RehearseCommand.self,
                    HistoryCommand.self, DiffCommand.self,
                ]),
            CommandGroup(
                name: "Release",
                subcommands: [
                    DeployCommand.self, PromoteCommand.self, ApproveCommand.self,
                    WatchCommand.self, SmokeCommand.self, HoldCommand.self, ReleaseCommand.self,
                    RemindersCommand.self,
                ]),
            CommandGroup(
                name: "Repair",
                subcommands: [
                    HotfixCommand.self, RevertCommand.self, RestoreCommand.self,
                    ResolveCommand.self, NewCommand.self,
                ]),
            CommandGroup(name: "Sandbox", subcommands: [SandboxCommand.self]),
            CommandGroup(name: "Git", subcommands: [HookCommand.self]),
        ])
}
