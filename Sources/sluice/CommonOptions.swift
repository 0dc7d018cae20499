import ArgumentParser
import ReleaseCore

/// The forms output can take.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
    case markdown
}

/// When output is coloured.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto
    case always
    case never
}

/// The flags every command has.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Look for the repository here and above.", valueName: "path"))
    var repo = "."

    @Option(
        help: ArgumentHelp(
            "Use this configuration file instead of the committed one.", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp("Read migrations from a plain folder instead of Git.", valueName: "dir"))
    var migrations: String?

    @Option(help: "text, json or markdown.")
    var format = OutputFormat.text

    @Option(help: "auto, always or never.")
    var color = ColorChoice.auto

    @Flag(help: "Answer confirmations with yes. Never stands in for a gate.")
    var yes = false

    @Flag(help: "Say more.")
    var verbose = false

    /// The workspace these flags name.
    func workspace() throws -> Workspace {
        try Workspace(workspaceOptions)
    }

    var workspaceOptions: WorkspaceOptions {
        let process = ProcessContext.current
        return WorkspaceOptions(
            repositoryPath: repo, configurationFile: config, migrationsDirectory: migrations,
            variables: process.variables, actor: process.actor, author: process.author,
            sandboxBase: process.sandboxBase,
            serverBindir: process.variables["SLUICE_PG_BINDIR"])
    }

    var console: Console { Console(format: format, color: color, isVerbose: verbose) }
}
