import ArgumentParser
import ReleaseCore

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how every environment stands. Changes nothing.")

    @Argument(help: "Only this environment.")
    var environment: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
        let console = common.console
        try CommandRunner(console: console).run {
            let statuses = try StatusReader(try common.workspace()).read(environment)
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
