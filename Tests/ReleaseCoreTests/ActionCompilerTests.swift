import SQLAnalysis
import Testing

@testable import ReleaseCore

@Suite("Compiling a plan")
struct ActionCompilerTests {
    static let table = HistoryTable(schema: "app")

    static func compiler(
        progress: [String: StepwiseProgress] = [:], ledger: Bool = true
    ) -> ActionCompiler {
        ActionCompiler(
            bookkeeping: Bookkeeping(
                table: table, deployment: ledger ? "00000000-0000-4000-8000-000000000000" : nil,
                commit: "c0ffee", session: SessionSettings(schema: "app", deploy: DeploySettings())),
            progress: progress
        )
    }

    static func compile(
        _ migrations: [PlannedMigration], progress: [String: StepwiseProgress] = [:],
        ledger: Bool = true
    ) -> [Action] {
        let compiler = compiler(progress: progress, ledger: ledger)
        return migrations.indices.flatMap { compiler.actions(of: migrations, at: $0) }
    }

    @Test("compiles only as far as it is asked, and lets go of what is done")
    func window() {
        let migrations = (1...50).map { Make.planned("\($0)", "SELECT \($0)") }
        var queue = ActionQueue(migrations, Self.compiler())
        var reached = queue.reaches(3)
        #expect(reached && queue.held == 0..<4)
        queue.forget(before: 3)
        #expect(queue.held == 3..<4)
        #expect(queue[3].migration == 3)
        reached = queue.reaches(50)
        #expect(!reached && queue.held == 3..<50)
        #expect(Self.text(queue[49]).contains(SessionSettings.durableCommit))
    }

    @Test(
        "gives statements that run by themselves the timeouts that suit them",
        arguments: [
            (
                "CREATE INDEX CONCURRENTLY i ON t (a)", ["SET lock_timeout = 0"],
                ["SET lock_timeout = 5000"]
            ),
            (
                "ALTER TABLE t DETACH PARTITION p CONCURRENTLY", ["SET lock_timeout = 0"],
                ["SET lock_timeout = 5000"]
            ),
            ("VACUUM FULL t", [], []), ("REINDEX DATABASE d", [], []),
            (
                "-- sluice:lock_timeout=2s\nVACUUM FULL t", ["SET lock_timeout = '2s'"],
                ["SET lock_timeout = 5000"]
            ),
            (
                "-- sluice:statement_timeout=0\nVACUUM t", ["SET statement_timeout = '0'"],
                ["SET statement_timeout = 0"]
            ),
            (
                "-- lock_timeout is no matter\nDROP INDEX CONCURRENTLY i", ["SET lock_timeout = 0"],
                ["SET lock_timeout = 5000"]
            ),
            ("SET lock_timeout = '1h'; DROP INDEX CONCURRENTLY i", [], []),
        ] as [(String, [String], [String])])
    func patience(_ script: String, _ before: [String], _ behind: [String]) {
        func settings(_ action: Action) -> [String] {
            Self.text(action).split(whereSeparator: { $0 == "\n" || $0 == ";" }).map(String.init)
                .filter {
                    $0.hasPrefix("SET lock_timeout") || $0.hasPrefix("SET statement_timeout")
                }
        }
        let actions = Self.compile([Make.planned("1", script + "; SELECT 1")])
        let alone = actions.firstIndex { $0.kind == .alone } ?? 0
        let ours = settings(actions[alone - 1]).filter { $0 != "SET lock_timeout = '1h'" }
        #expect(ours == before)
        #expect(settings(actions[alone + 1]) == behind)
    }

    static let stepwise = """
        CREATE TABLE t (a int);
        CREATE INDEX CONCURRENTLY i ON t (a);
        INSERT INTO t VALUES (1);
        """

    static func progress(_ script: String, finished: Int) -> StepwiseProgress {
        let parsed = ScriptLoader.parse(script)
        return StepwiseProgress(
            migration: "1", historyID: "earlier", finishedUnits: finished,
            finishedStatements: finished, totalStatements: parsed.statements.count,
            prefix: ActionCompiler.prefix(of: parsed, units: finished))
    }

    @Test("puts an ordinary migration and its records into one transaction")
    func transactional() throws {
        let actions = Self.compile([
            Make.planned("1", "CREATE TABLE t (a int);"), Make.planned("2", "-- nothing"),
        ])
        #expect(actions.map(\.kind) == [.transaction, .transaction])
        #expect(actions.allSatisfy { $0.completes })
        let texts = actions.map(Self.text)
        for text in texts {
            #expect(text.hasPrefix("BEGIN;\nINSERT INTO \"app\"._prisma_migrations"))
            #expect(text.hasSuffix("COMMIT"))
            #expect(text.contains("INSERT INTO _sluice.steps"))
        }
        #expect(texts[0].contains("CREATE TABLE t (a int);"))
        #expect(!texts[0].contains(SessionSettings.durableCommit))
        #expect(texts[1].contains(SessionSettings.durableCommit))
    }

    @Test("waits for the disk once, at the end of the plan", arguments: [true, false])
    func durability(endsStepwise: Bool) {
        let scripts = ["SELECT 1", Self.stepwise, endsStepwise ? Self.stepwise : "SELECT 2"]
        let actions = Self.compile(scripts.enumerated().map { Make.planned("\($0)", $1) })
        let durable = actions.indices.filter {
            Self.text(actions[$0]).contains(SessionSettings.durableCommit)
        }
        #expect(durable == [actions.count - 1])
    }

    @Test("counts the statements of every piece as the server will")
    func counts() {
        for action in Self.compile([
            Make.planned("1", Self.stepwise), Make.planned("2", "SELECT 1; SELECT 2"),
        ]) {
            for piece in action.pieces {
                #expect(ScriptLoader.parse(piece.sql).statements.count == piece.statements)
            }
        }
    }

    @Test("writes nothing of the ledger where there is none")
    func withoutLedger() {
        let actions = Self.compile(
            [Make.planned("1", Self.stepwise), Make.planned("2", "SELECT 1")], ledger: false)
        #expect(actions.map(Self.text).allSatisfy { !$0.contains("_sluice") })
    }

    @Test("sends what PostgreSQL refuses in a transaction by itself")
    func stepwise() throws {
        let actions = Self.compile([Make.planned("1", Self.stepwise)])
        #expect(
            actions.map(\.kind) == [.transaction, .transaction, .alone, .transaction, .transaction])
        #expect(actions.map(\.unit) == [nil, 0, 1, nil, 2])
        #expect(actions.map(\.completes) == [false, false, false, false, true])
        let alone = try #require(actions[2].pieces.first)
        #expect(actions[2].pieces.count == 1)
        #expect(alone.sql == "CREATE INDEX CONCURRENTLY i ON t (a)")
        #expect(Self.text(actions[1]).contains("pg_advisory_unlock(72707369)"))
        #expect(actions[3].pieces.first?.role == .guardsLock)
    }

    @Test("ends with the statement that runs by itself where it is the last")
    func aloneAtTheEnd() {
        let actions = Self.compile([Make.planned("1", "VACUUM t")])
        #expect(actions.map(\.kind) == [.transaction, .alone, .transaction])
        #expect(actions.map(\.completes) == [false, false, true])
    }

    @Test("replaces a script's own transactions by ours, with their modes")
    func ownTransactions() {
        let script = """
            BEGIN ISOLATION LEVEL SERIALIZABLE; CREATE TABLE a (a int); COMMIT;
            BEGIN; CREATE TABLE b (a int); ROLLBACK; CREATE TABLE c (a int);
            """
        let actions = Self.compile([Make.planned("1", script)])
        #expect(actions.map(\.kind) == Array(repeating: .transaction, count: 4))
        #expect(actions[1].pieces.first?.sql == "BEGIN ISOLATION LEVEL SERIALIZABLE")
        #expect(Self.text(actions[2]).contains("ROLLBACK"))
        for action in actions.dropFirst() {
            #expect(action.pieces.filter(\.isScript).allSatisfy { !$0.sql.contains("COMMIT") })
        }
    }

    @Test("carries on behind the finished units", arguments: [0, 1, 2])
    func resuming(_ finished: Int) {
        let actions = Self.compile(
            [Make.planned("1", Self.stepwise)],
            progress: ["1": Self.progress(Self.stepwise, finished: finished)])
        #expect(actions.compactMap(\.unit) == Array([0, 1, 2][finished...]))
        #expect(actions.last?.completes == true)
        let text = actions.map(Self.text).joined()
        #expect(!text.contains("INSERT INTO \"app\"._prisma_migrations"))
        #expect(text.contains("WHERE id = 'earlier'"))
    }

    @Test("only closes a migration whose unfinished rest was taken out")
    func nothingLeft() {
        let rest = "CREATE TABLE t (a int);\nCREATE INDEX CONCURRENTLY i ON t (a);"
        let actions = Self.compile(
            [Make.planned("1", rest)], progress: ["1": Self.progress(rest, finished: 2)])
        let text = actions.map(Self.text).joined(separator: "\n")
        #expect(!text.contains("CREATE INDEX"))
        #expect(text.contains("finished_at"))
        #expect(text.contains("DELETE FROM _sluice.progress"))
        #expect(actions.last?.completes == true)
    }

    @Test("finishes the row of an earlier attempt when the script became an ordinary one")
    func becameTransactional() {
        let before = Self.progress("CREATE INDEX CONCURRENTLY i ON t (a)", finished: 0)
        let actions = Self.compile(
            [Make.planned("1", "CREATE INDEX i ON t (a)")], progress: ["1": before])
        let text = actions.map(Self.text).joined(separator: "\n")
        #expect(text.contains("WHERE id = 'earlier'"))
        #expect(!text.contains("INSERT INTO \"app\"._prisma_migrations"))
        #expect(text.contains("DELETE FROM _sluice.progress"))
    }

    @Test("sends a script it cannot read by itself, between its records")
    func opaque() {
        let actions = Self.compile([
            Make.planned("1", "SELECT 1"), Make.planned("2", "SELEC 1"),
            Make.planned("3", "SELECT 3"),
        ])
        #expect(actions.map(\.kind) == [.transaction, .opaque, .transaction])
        #expect(actions[1].pieces.map(\.isScript) == [false, true, false])
        #expect(actions[1].pieces[1].sql == "SELEC 1")
    }

    @Test("honours the timeouts a script asks for")
    func directives() {
        let actions = Self.compile([
            Make.planned("1", "-- sluice:lock_timeout=1s\nCREATE TABLE t (a int);")
        ])
        #expect(Self.text(actions[0]).contains("SET LOCAL lock_timeout = '1s'"))
    }

    @Test("names the statements so far, whatever stands behind them")
    func prefixes() {
        func prefix(_ script: String, _ units: Int) -> String {
            ActionCompiler.prefix(of: ScriptLoader.parse(script), units: units)
        }
        let other = Self.stepwise.replacing("VALUES (1)", with: "VALUES (2)")
        #expect(prefix(Self.stepwise, 2) == prefix(other, 2))
        #expect(prefix(Self.stepwise, 3) != prefix(other, 3))
        #expect(prefix(Self.stepwise, 1) != prefix(Self.stepwise, 2))
        #expect(
            prefix(Self.stepwise, 1)
                != prefix(Self.stepwise.replacing("a int", with: "a bigint"), 1))
    }

    static func text(_ action: Action) -> String {
        action.pieces.map(\.sql).joined(separator: ";\n")
    }
}

extension Piece {
    var isScript: Bool {
        if case .script = role { true } else { false }
    }
}
