import GitStore
import Testing

@testable import ReleaseCore

/// What is compared, and what comes out.
struct PlannerCase: Sendable, CustomTestStringConvertible {
    var name: String
    var branch: [String]
    var rows: [HistoryRow]
    var pending: [String]
    var problems: [String]

    var testDescription: String { name }

    /// The situations of Prisma's own acceptance tests (`apply_migrations`,
    /// `diagnose_migration_history`, `squashing`), with what sluice makes of
    /// them. Prisma's `deploy` passes every problem but the failed ones.
    static let all: [PlannerCase] = [
        .init(name: "nothing anywhere", branch: [], rows: [], pending: [], problems: []),
        .init(
            name: "an empty database", branch: ["1", "2"], rows: [], pending: ["1", "2"],
            problems: []),
        .init(
            name: "up to date", branch: ["1", "2"], rows: [Make.row("1"), Make.row("2")],
            pending: [], problems: []),
        .init(
            name: "the database is behind", branch: ["1", "2"], rows: [Make.row("1")],
            pending: ["2"], problems: []),
        .init(
            name: "the folder is behind", branch: ["1"], rows: [Make.row("1"), Make.row("2")],
            pending: [], problems: ["missing 2"]),
        .init(
            name: "the histories diverge", branch: ["1", "3"],
            rows: [Make.row("1"), Make.row("2")],
            pending: ["3"], problems: ["missing 2", "diverged 3"]),
        .init(
            name: "edited and one new", branch: ["1", "2"],
            rows: [Make.row("1", script: "SELECT 2;")], pending: ["2"], problems: ["edited 1"]),
        .init(
            name: "out of order", branch: ["1", "2", "3"], rows: [Make.row("1"), Make.row("3")],
            pending: ["2"], problems: ["out-of-order 2"]),
        .init(
            name: "failed", branch: ["1", "2", "3"], rows: [Make.row("1"), Make.row("2", .failed)],
            pending: ["3"], problems: ["failed 2"]),
        .init(
            name: "rolled back", branch: ["1", "2"],
            rows: [Make.row("1"), Make.row("2", .rolledBack)], pending: ["2"], problems: []),
        .init(
            name: "rolled back with another script and applied again", branch: ["1"],
            rows: [Make.row("1", .rolledBack, script: "SELECT 2;"), Make.row("1")],
            pending: [], problems: []),
        .init(
            name: "rolled back and failed again", branch: ["1"],
            rows: [Make.row("1", .rolledBack), Make.row("1", .failed)], pending: [],
            problems: ["failed 1"]),
        .init(
            name: "failed and gone from the branch", branch: ["1"],
            rows: [Make.row("1"), Make.row("2", .failed)], pending: [], problems: ["failed 2"]),
        .init(
            name: "all squashed, not marked", branch: ["0000_initial"],
            rows: [Make.row("1"), Make.row("2")], pending: ["0000_initial"],
            problems: ["missing 1", "missing 2", "diverged 0000_initial"]),
        .init(
            name: "all squashed and marked as applied", branch: ["0000_initial"],
            rows: [Make.row("1"), Make.row("2"), Make.row("0000_initial")], pending: [],
            problems: ["missing 1", "missing 2"]),
        .init(
            name: "the first two squashed and marked as applied", branch: ["0000_initial", "3"],
            rows: [Make.row("1"), Make.row("2"), Make.row("3"), Make.row("0000_initial")],
            pending: [], problems: ["missing 1", "missing 2"]),
    ]
}

@Suite("Comparing a branch with a history")
struct PlannerTests {
    @Test("finds what is pending and what needs a person", arguments: PlannerCase.all)
    func comparing(_ example: PlannerCase) {
        let branch = Make.branch(example.branch.map { Make.migration($0) })
        let history = History(rows: example.rows)
        #expect(Planner.pending(branch, history).map(\.name) == example.pending)
        let problems = Planner.problems(branch, history)
        #expect(problems.map { "\($0.kind.rawValue) \($0.migration)" } == example.problems)
    }

    @Test("takes no offence at line endings or at the checksums of old Prismas")
    func sameScript() {
        let script = "-- CreateTable\nCREATE BROKEN SCRIPT\n"
        let windows = script.replacing("\n", with: "\r\n")
        let legacy = "a276804460e74466eeb7622626cd70683de3483a9da664d9ad0956229c6de"
        for (onBranch, inHistory) in [
            (script, ScriptDigests.of(Array(windows.utf8)).asIs),
            (windows, ScriptDigests.of(Array(script.utf8)).asIs), (script, legacy),
        ] {
            let branch = Make.branch([Make.migration("1", onBranch)])
            let history = History(rows: [Make.row("1", checksum: inHistory)])
            #expect(Planner.problems(branch, history).isEmpty)
        }
        let branch = Make.branch([Make.migration("1", script + "\n")])
        let history = History(rows: [Make.row("1", script: script)])
        #expect(Planner.problems(branch, history).map(\.kind) == [.edited])
    }

    @Test("says which commit took a migration away or renamed it")
    func explanations() throws {
        let branch = Make.branch(
            [Make.migration("1")], changes: [try Make.change("2"), try Make.change("3", to: "4")])
        let history = History(rows: [Make.row("1"), Make.row("2"), Make.row("3")])
        let details = Planner.problems(branch, history).map(\.detail)
        #expect(details.first?.contains("commit abababab") == true)
        #expect(details.first?.contains("by Mia removed it") == true)
        #expect(details.last?.contains("renamed it to 4") == true)
    }

    @Test("lets an unfinished stepwise migration be carried on with, unless it is gone")
    func resumable() {
        let rows = [Make.row("1", .failed)]
        let history = History(rows: rows)
        let here = Make.branch([Make.migration("1")])
        #expect(Planner.problems(here, history, resumable: ["1"]).isEmpty)
        let gone = Make.branch([Make.migration("2")])
        #expect(Planner.problems(gone, history, resumable: ["1"]).map(\.kind) == [.failed])
    }

    @Test("passes on what is wrong with the branch itself, and calls it neither missing nor failed")
    func branchProblems() {
        let unreadable = Problem(.unreadable, "2", "it has no script.")
        let branch = Make.branch([Make.migration("1")], problems: [unreadable])
        let history = History(rows: [Make.row("1"), Make.row("2")])
        #expect(Planner.problems(branch, history) == [unreadable])
    }
}
