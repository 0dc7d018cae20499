import ArgumentParser
import ReleaseCore

struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Show how two schemas differ, as SQL. Changes nothing.",
        discussion: """
            X and Y are env:NAME (an environment's database as it is), commit:REV or \
            migrations:DIR (what those migrations make, replayed in the sandbox), url:URL or \
            empty. The SQL turns X into Y.
            """)

    @Option(
        help: ArgumentHelp("The schema to start with.", valueName: "x"), transform: Self.origin)
    var from: SchemaOrigin

    @Option(
        help: ArgumentHelp("The schema to arrive at.", valueName: "y"), transform: Self.origin)
    var to: SchemaOrigin

    @Flag(help: "One line for each object instead of SQL.")
    var summary = false

    @Flag(help: "SQL for a database with rows: what rows could refuse is commented out.")
    var compatible = false

    @Flag(help: "Exit with 4 where the schemas differ.")
    var exitCode = false

    @OptionGroup var common: CommonOptions

    func run() throws {
        let console = common.console
        try CommandRunner(console: console).run {
            let result = try SchemaComparison(try common.workspace())
                .compare(from: from, to: to, keepsData: compatible)
            if console.format == .json {
                try console.document(DiffDocument(result))
            } else if result.isEmpty {
                console.line(summary ? "no difference" : "-- No difference.")
            } else if summary {
                console.lines(result.changes.map(\.line))
            } else {
                console.lines(
                    result.sql.split(separator: "\n", omittingEmptySubsequences: false).map(
                        String.init
                    ).dropLast())
            }
            return exitCode && !result.isEmpty ? .needsAttention : .success
        }
    }

    private static func origin(_ text: String) throws -> SchemaOrigin {
        guard let origin = SchemaOrigin(text) else {
            throw ValidationError(
                "expected env:NAME, commit:REV, migrations:DIR, url:URL or empty.")
        }
        return origin
    }
}

/// The JSON of `sluice diff`.
struct DiffDocument: Encodable {
    var from: String
    var to: String
    var changes: [SchemaComparison.Change]
    var sql: String
    var unrendered: [String]

    init(_ result: SchemaComparison.Result) {
        from = result.from
        to = result.to
        changes = result.changes
        sql = result.sql
        unrendered = result.unrendered
    }
}
