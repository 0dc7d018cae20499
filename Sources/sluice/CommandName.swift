import ArgumentParser
import ReleaseCore

/// The first word of the command line, where it is to name a command.
struct CommandName {
    let word: String

    /// - Parameter arguments: the command line with the program's name.
    init?(_ arguments: [String]) {
        let words = arguments.dropFirst().filter { $0 != "help" }
        guard let word = words.first, !word.hasPrefix("-") else { return nil }
        self.word = word
    }

    /// Why there is no such command; `nil` where there is.
    var refusal: ReleaseError? {
        let names = Self.all
        guard !names.contains(word) else { return nil }
        let nearest = NearestWord.to(word, among: names).map { ["did you mean sluice \($0)?"] }
        return ReleaseError(
            .usage, "there is no command “\(word)”.",
            next: nearest ?? ["“sluice --help” lists the commands."])
    }

    private static var all: [String] {
        let configuration = Sluice.configuration
        return
            (configuration.subcommands
            + configuration.groupedSubcommands.flatMap(\.subcommands))
            .compactMap { $0.configuration.commandName }
    }
}
