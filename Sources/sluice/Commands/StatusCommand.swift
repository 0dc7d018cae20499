import ArgumentParser
import ReleaseCore

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how every environment stands. Changes nothing.",
        discussion: """
            Exit codes: 0 all is up to date, 4 something is pending or needs attention, 5 \
            unreachable.

            With --drift every schema is also compared with what its history produces, replayed in \
            the sandbox: [+] only the database has it, [-] only the history makes it, [~] they \
            differ. What is not the history's is left out: members of extensions, sluice's own \
            tables, privileges of roles that no migration names, and what “ignore” of the gate \
            “drift” lists.
            """)

    @Argument(help: "Only this environment.")
    var environment: String?

    @Flag(help: "Compare the schema with what its history produces.")
    var drift = false

    @OptionGroup var common: CommonOptions

    func run() throws {
        let console = common.console
        try CommandRunner(console: console).run {
            let statuses = try StatusReader(try common.workspace()).read(
                environment, comparesSchema: drift)
            if console.format == .json {
                try console.document(StatusDocument(statuses))
            } else {
                console.lines(StatusText(console: console).lines(statuses))
            }
            return Self.exitCode(statuses)
        }
    }

    /// Attention before unreachable: what is known to be wrong weighs more.
    static func exitCode(_ statuses: [EnvironmentStatus]) -> ExitCode {
        let states = Set(statuses.map(\.state))
        if !states.isDisjoint(with: [.needsAttention, .pending, .held]) { return .needsAttention }
        return states.contains(.unreachable) ? .tryAgain : .success
    }
}
