import ArgumentParser
import PostgresLink
import ReleaseCore

struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Restore a backup to another database and replay the safe migrations.",
        discussion: """
            Brings a pg_dump archive (custom, directory, tar or plain) into an empty database or the \
            sandbox, replays what the environment's branch has beyond it, except the migrations \
            named, and runs the smoke checks that ask the database. Never writes to an environment; \
            the copy's ledger says that it is a copy.

            A copy in the sandbox is named restored_NAME: “sluice sandbox run restored_NAME” keeps \
            its server running, “sluice sandbox remove restored_NAME” deletes it.

            With pgbackrest:STANZA it restores the whole cluster to a private server of its own, as \
            it is now or was at --target-time, with everything that was archived until then; \
            “sluice sandbox run NAME” keeps that server running, “sluice sandbox remove NAME” \
            deletes it. PGBACKREST_CONFIG names another configuration file.
            """)

    @Argument(help: "The environment the backup is of.")
    var environment: String

    @Option(help: ArgumentHelp("The archive, or pgbackrest:STANZA.", valueName: "backup"))
    var from: String

    @Option(
        help: ArgumentHelp(
            "An empty database by its URL, or sandbox, or sandbox:NAME.", valueName: "target"))
    var to = "sandbox"

    @Option(help: ArgumentHelp("Leave this migration out.", valueName: "migration"))
    var except: [String] = []

    @Option(
        help: ArgumentHelp(
            "Of pgBackRest: as it was at this time, such as 2026-11-23T15:00:00Z.",
            valueName: "time"))
    var targetTime: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
        let console = common.console
        try CommandRunner(console: console).run {
            let interrupt = Interrupt()
            let signals = SignalWatch(interrupt, console)
            defer { withExtendedLifetime(signals) {} }
            let report = try Restorer(try common.workspace(), interrupt: interrupt).run(
                RestoreRequest(
                    environment: environment, source: source, target: try target(),
                    except: Set(except)))
            if console.format == .json {
                try console.document(RestoreDocument(report))
            } else {
                console.lines(RestoreText(console: console).lines(report))
            }
            if report.isFine { return .success }
            return report.failure == nil && report.smoke?.outcome ?? .passed == .passed
                ? .needsAttention : .failure
        }
    }

    private var source: RestoreRequest.Source {
        let prefix = "pgbackrest:"
        return from.hasPrefix(prefix)
            ? .pgBackRest(stanza: String(from.dropFirst(prefix.count)), targetTime: targetTime)
            : .archive(from)
    }

    private func target() throws -> RestoreRequest.Target {
        if to == "sandbox" {
            let stamp = MigrationName.make("", after: []).prefix(14)
            return .sandbox(RestoredDatabase.name(of: environment, at: stamp))
        }
        let prefix = "sandbox:"
        if to.hasPrefix(prefix), to != prefix {
            let name = String(to.dropFirst(prefix.count))
            // A cluster of its own needs no name that tells it from others.
            if case .pgBackRest = source { return .sandbox(name) }
            return .sandbox(RestoredDatabase.name(given: name))
        }
        let url = to.hasPrefix("url:") ? String(to.dropFirst(4)) : to
        do {
            _ = try ConnectionTarget(url: url)
        } catch {
            throw ReleaseError(
                .usage, "--to takes the URL of an empty database, sandbox, or sandbox:NAME.",
                state: "nothing was changed.", next: url.contains("://") ? ["\(error)"] : [])
        }
        return .url(url)
    }
}
