import ArgumentParser
import GitStore
import ReleaseCore

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract:
            "Show the migrations of an environment's branch: who brought them, when, by which merge.",
        discussion: "Looks at Git only, at no database.")

    @Argument(help: "The environment; may be left out when there is only one.")
    var environment: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
        let console = common.console
        try CommandRunner(console: console).run {
            let release = try common.workspace().release(to: environment)
            if console.format == .json {
                try console.document(Document(release.offered))
            } else {
                console.lines(lines(release.offered, console))
            }
            return release.offered.problems.isEmpty ? .success : .needsAttention
        }
    }

    private func lines(_ offered: BranchMigrations, _ console: Console) -> [String] {
        var table = Table()
        for migration in offered.migrations {
            table.add([migration.name, migration.provenance.map(PlanText.described) ?? ""])
        }
        let changes = offered.changes.map { change in
            let target = change.newName.map { " to \($0)" } ?? ""
            return "\(console.paint(change.kind.rawValue, .warning)) \(change.folder)\(target): "
                + PlanText.described(change.provenance)
        }
        return table.lines() + changes + ProblemText(console: console).lines(offered.problems)
            + offered.notes.map { "note: \($0)" }
    }

    /// The migrations of a branch with their provenance.
    struct Document: Encodable {
        struct Entry: Encodable {
            var name: String
            var checksum: String
            var commit: String?
            var author: String?
            var merge: String?
        }

        struct Change: Encodable {
            var kind: String
            var migration: String
            var commit: String
        }

        var branch: String?
        var commit: String?
        var migrations: [Entry]
        var changes: [Change]
        var problems: [ProblemDocument]

        init(_ offered: BranchMigrations) {
            branch = offered.branch
            commit = offered.commit?.hex
            migrations = offered.migrations.map {
                Entry(
                    name: $0.name, checksum: $0.checksum, commit: $0.commit, author: $0.author,
                    merge: $0.provenance?.merge?.hex)
            }
            changes = offered.changes.map {
                Change(
                    kind: $0.kind.rawValue, migration: $0.folder, commit: $0.provenance.commit.hex)
            }
            problems = offered.problems.map(ProblemDocument.init)
        }
    }
}
