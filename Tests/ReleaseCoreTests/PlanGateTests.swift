import Foundation
import SQLAnalysis
import Testing

@testable import ReleaseCore

@Suite("Gates that look at the plan")
struct PlanGateTests {
    private static func planned(_ name: String, _ script: String) -> PlannedMigration {
        let migration = Make.migration(name, script)
        return ScriptLoader.load([migration], [name: Array(script.utf8)]).planned[0]
    }

    private func findings(
        _ script: String, severity: Severity = .error, accepted: Set<String> = [],
        reason: String? = nil, counted: [CountedLoss]? = nil, losses: Set<String> = []
    ) -> GateResult {
        FindingsGate(
            plan: Make.plan([Self.planned("1", script)]), severity: severity, accepted: accepted,
            reason: reason, counted: counted, acceptedLosses: losses
        ).result
    }

    private func counted(_ amount: CountedLoss.Amount, statement: Int = 1) -> CountedLoss {
        CountedLoss(
            migration: "1",
            loss: PotentialLoss.all(
                in: [
                    ScriptLoader.parse(
                        String(repeating: "SELECT 1; ", count: statement - 1) + "DROP TABLE a")
                ]
            )[0],
            amount: amount, what: "of a")
    }

    @Test("findings block from their severity on")
    func severity() {
        #expect(findings("CREATE TABLE a (x int)").outcome == .pass)
        #expect(findings("DROP TABLE a").outcome == .block)
        #expect(findings("UPDATE a SET x = 1").outcome == .pass)
        #expect(findings("UPDATE a SET x = 1", severity: .warning).outcome == .block)
    }

    @Test("findings are answered in the script, or by name with a reason")
    func answers() {
        #expect(
            findings("-- sluice:allow drop-table nobody reads it\nDROP TABLE a").outcome == .pass)
        #expect(findings("-- sluice:allow drop-column x\nDROP TABLE a").outcome == .block)
        #expect(findings("DROP TABLE a", accepted: ["1"]).outcome == .block)
        #expect(findings("DROP TABLE a", accepted: ["2"], reason: "x").outcome == .block)
        let accepted = findings("DROP TABLE a", accepted: ["1"], reason: "nobody reads it")
        #expect(accepted.outcome == .pass)
        #expect(accepted.evidence.contains("nobody reads it"))
        #expect(findings("DROP TABLE a", losses: ["1"]).outcome == .pass)
    }

    @Test("a finding about a loss that counts to nothing here is no hazard here")
    func harmless() {
        #expect(findings("DROP TABLE a", counted: [counted(.exactly(0))]).outcome == .pass)
        #expect(findings("DROP TABLE a", counted: [counted(.exactly(1))]).outcome == .block)
        #expect(findings("DROP TABLE a", counted: [counted(.unknown("x"))]).outcome == .block)
        #expect(
            findings("DROP TABLE a", counted: [counted(.exactly(0), statement: 2)]).outcome
                == .block)
    }

    @Test("what takes something away needs a way back")
    func rollbackNotes() async throws {
        try await DeploymentFixture.use("gates: { rollback_notes: {} }") { fixture in
            func outcome() throws -> GateResult {
                let prepared = try PlanBuilder(try fixture.workspace()).prepare("staging")
                return try #require(prepared.gates.first { $0.gate == .rollbackNotes })
            }
            try fixture.write("1_a", "CREATE TABLE a (x int); CREATE TABLE b (x int)")
            try fixture.deploy()
            try fixture.write("2_drop", "DROP TABLE a")
            #expect(try outcome().outcome == .block)
            // A hotfix of something else is none of this.
            try fixture.write("3_hotfix_drop", "-- Hotfix for 2_other.\nCREATE TABLE a (x int)")
            #expect(try outcome().outcome == .block)
            // Nor is one that does not bring everything back.
            try fixture.write(
                "3_hotfix_drop",
                "-- NOT PROVEN: see below.\n-- Hotfix for 2_drop.\nCREATE TABLE a (x int)")
            #expect(try outcome().outcome == .block)
            try fixture.write("3_hotfix_drop", "-- Hotfix for 2_drop.\nCREATE TABLE a (x int)")
            let result = try outcome()
            #expect(result.outcome == .pass)
            #expect(result.evidence.contains("has the hotfix 3_hotfix_drop"))
            try fixture.remove("3_hotfix_drop")
            let notes = "\(fixture.directory)/migrations/2_drop/ROLLBACK.md"
            for empty in [
                " \n", "# Rollback\n\n", "Rollback\n===\n", "<!-- TODO -->\n## Steps\n---\n",
            ] {
                try empty.write(toFile: notes, atomically: true, encoding: .utf8)
                #expect(try outcome().outcome == .block, "\(empty)")
            }
            try "# Rollback\nRestore it.".write(toFile: notes, atomically: true, encoding: .utf8)
            #expect(try outcome().outcome == .pass)
            // What goes back needs no way back from there.
            try fixture.write("3_hotfix_other", "-- Hotfix for 1_a.\nDROP TABLE IF EXISTS b")
            #expect(
                try outcome().evidence.contains("3_hotfix_other is itself the way back from 1_a"))
        }
    }

    @Test("history passes where nothing needs a person", arguments: Problem.Kind.allCases)
    func history(_ kind: Problem.Kind) {
        var plan = Make.plan([Make.planned("1", "SELECT 1")])
        #expect(HistoryGate(plan: plan).result.outcome == .pass)
        plan.problems = [Problem(kind, "1", "it is so.")]
        let blocked = HistoryGate(plan: plan).result
        #expect(blocked.outcome == .block)
        #expect(blocked.wayOut?.contains("--accept 1") == kind.isAcceptable)
        plan.accepted = plan.problems
        plan.problems = []
        let accepted = HistoryGate(plan: plan).result
        #expect(accepted.outcome == .pass)
        #expect(accepted.evidence.contains("accepted by name: 1"))
    }
}
