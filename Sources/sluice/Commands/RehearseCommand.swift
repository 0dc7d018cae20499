import ArgumentParser
import ReleaseCore

struct RehearseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearse",
        abstract: "Run the plan on a sandbox copy of an environment's schema, measured.",
        discussion: """
            pg_dump copies the schema, without rows, into the repository's private server, with \
            the rows of the history. There every pending migration runs, statement by statement, \
            and what each one locks, reads and writes anew is looked up in the server. How long \
            that takes in the environment is estimated from the sizes of its tables. Then the way \
            back is tried: the statements a hotfix would have. The environment is only read.

            Exit codes: 0 the plan runs to its end, 1 a statement fails, 4 the plan has problems.
            """)

    @Argument(help: "The environment; may be left out when there is only one.")
    var environment: String?

    @Option(help: ArgumentHelp("Stop behind this migration.", valueName: "migration"))
    var upTo: String?

    @Option(
        help: ArgumentHelp(
            "Copy this share of each large table's rows, such as 0.01 or 1%; small tables whole.",
            valueName: "fraction"))
    var withData: String?

    @Option(
        help: ArgumentHelp(
            "Restore this archive of pg_dump and rehearse on it.", valueName: "backup"))
    var clone: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard withData == nil || clone == nil else {
            throw ValidationError("--with-data and --clone exclude each other.")
        }
        guard withData == nil || fraction != nil else {
            throw ValidationError("--with-data takes a share such as 0.01 or 1%, at most 1.")
        }
    }

    private var fraction: Double? {
        guard let withData else { return nil }
        let isPercent = withData.hasSuffix("%")
        guard let number = Double(isPercent ? withData.dropLast() : withData[...]) else {
            return nil
        }
        let share = isPercent ? number / 100 : number
        return share > 0 && share <= 1 ? share : nil
    }

    private var rows: RehearsalRows {
        clone.map { .clone($0) } ?? fraction.map { .sample($0) } ?? .none
    }

    func run() throws {
        let console = common.console
        try CommandRunner(console: console).run {
            let outcome = try Rehearser(try common.workspace()).run(
                environment, upTo: upTo, rows: rows)
            if console.format == .json {
                try console.document(RehearsalDocument(outcome))
            } else {
                console.lines(RehearsalText(outcome: outcome, console: console).lines())
            }
            guard outcome.rehearsal?.isClean ?? true else { return .failure }
            return outcome.plan.problems.isEmpty ? .success : .needsAttention
        }
    }
}
