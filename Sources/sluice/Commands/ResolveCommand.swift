import ArgumentParser
import ReleaseCore

struct ResolveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Say what became of a migration: applied by hand, or rolled back by hand.",
        discussion: "“--applied” on a database without a history baselines it. Runs no script.")

    @Argument(help: "The environment; may be left out when there is only one.")
    var environment: String?

    @Option(help: ArgumentHelp("It is in the database already.", valueName: "migration"))
    var applied: String?

    @Option(help: ArgumentHelp("It failed, and what it left was undone.", valueName: "migration"))
    var rolledBack: String?

    @Option(
        help: ArgumentHelp("The environment had this name before.", valueName: "environment"))
    var renamedFrom: String?

    @Option(help: ArgumentHelp("Why, for the ledger.", valueName: "text"))
    var reason: String?

    @Flag(
        help:
            "With --applied: refuse unless the schema is what the migration would have made of it.")
    var compare = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard [applied, rolledBack, renamedFrom].compactMap({ $0 }).count == 1 else {
            throw ValidationError(
                "give exactly one of --applied, --rolled-back and --renamed-from.")
        }
        if compare, applied == nil { throw ValidationError("--compare goes with --applied.") }
    }

    private func requireSameSchema(
        _ resolver: Resolver, _ migration: String, _ environment: String, _ console: Console
    ) throws {
        let differences = try resolver.differences(assuming: migration, in: environment)
        guard differences.isEmpty else {
            throw ReleaseError(
                .needsAttention,
                "the schema of \(environment) is not what its history and \(migration) produce:\n"
                    + differences.map { "  \($0)" }.joined(separator: "\n"),
                state: "nothing was recorded.",
                next: ["apply what is missing by hand, or resolve without --compare."])
        }
        if console.tellsStory {
            console.line("the schema of \(environment) is what \(migration) would have made of it.")
        }
    }

    func run() throws {
        let console = common.console
        try CommandRunner(console: console).run {
            let workspace = try common.workspace()
            let environment = try workspace.environment(named: environment).name
            let resolver = Resolver(workspace)
            if let applied {
                if compare { try requireSameSchema(resolver, applied, environment, console) }
                try resolver.markApplied(applied, in: environment, reason: reason)
                try console.answer(
                    "\(applied) is marked as applied in \(environment).",
                    document(environment, changed: true))
            } else if let rolledBack {
                let isMarked = try resolver.markRolledBack(
                    rolledBack, in: environment, reason: reason)
                try console.answer(
                    isMarked
                        ? "\(rolledBack) is marked as rolled back in \(environment); it is pending again."
                        : "nothing to do: \(rolledBack) has no failed attempt in \(environment).",
                    document(environment, changed: isMarked))
            }
            if let renamedFrom {
                try resolver.rename(from: renamedFrom, to: environment, reason: reason)
                try console.answer(
                    "the database of \(renamedFrom) is \(environment) now.",
                    document(environment, changed: true))
            }
            return .success
        }
    }

    private func document(_ environment: String, changed: Bool) -> Document {
        Document(
            environment: environment, applied: applied, rolledBack: rolledBack,
            renamedFrom: renamedFrom, changed: changed)
    }

    private struct Document: Encodable {
        var environment: String
        var applied: String?
        var rolledBack: String?
        var renamedFrom: String?
        var changed: Bool

        enum CodingKeys: String, CodingKey {
            case environment, applied, changed
            case rolledBack = "rolled_back"
            case renamedFrom = "renamed_from"
        }
    }
}
