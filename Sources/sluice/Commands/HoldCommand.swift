import ArgumentParser
import ReleaseCore

struct HoldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold", abstract: "Stop further deployments to an environment.")

    @Argument(help: "The environment.")
    var environment: String

    @Option(help: "Why; shown to everybody it stops.")
    var reason: String

    @OptionGroup var common: CommonOptions

    func run() throws {
        let console = common.console
        try CommandRunner(console: console).run {
            try HoldKeeper(try common.workspace()).hold(environment, reason: reason)
            try console.answer(
                "\(environment) is on hold: \(reason)",
                HoldDocument(environment: environment, held: true, changed: true, reason: reason))
            return .success
        }
    }
}

struct ReleaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Lift the hold on an environment.")

    @Argument(help: "The environment.")
    var environment: String

    @Option(help: "Why it may go on.")
    var reason: String

    @OptionGroup var common: CommonOptions

    func run() throws {
        let console = common.console
        try CommandRunner(console: console).run {
            let lifted = try HoldKeeper(try common.workspace()).release(environment, reason: reason)
            try console.answer(
                lifted ? "\(environment) is released." : "\(environment) was not on hold.",
                HoldDocument(
                    environment: environment, held: false, changed: lifted, reason: reason))
            return .success
        }
    }
}

private struct HoldDocument: Encodable {
    var environment: String
    var held: Bool
    /// Whether it was otherwise before.
    var changed: Bool
    var reason: String
}
