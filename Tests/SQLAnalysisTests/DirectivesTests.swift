import SQLAnalysis
import Testing

@Suite struct DirectivesTests {
    @Test func standInTheLeadingCommentLines() throws {
        let script = try Script(
            """
            -- A migration
            --sluice:lock_timeout = 5s
            /* between */
            -- sluice: statement_timeout=10min

            -- sluice:stepwise
            -- sluice:after Remove the feature flag a=b.
            SELECT 1;
            """)
        #expect(script.directives.afterwards == ["Remove the feature flag a=b."])
        #expect(script.directives.lockTimeout == "5s")
        #expect(script.directives.statementTimeout == "10min")
        #expect(script.directives.stepwise)
        #expect(script.notes.isEmpty)
        guard case .stepwise(let reasons) = script.mode else {
            Issue.record("the script must be stepwise")
            return
        }
        #expect(reasons.map(\.statement) == [nil])
        #expect(reasons.map(\.sentence) == ["The directive sluice:stepwise asks for it."])
    }

    @Test(arguments: [
        "-- sluice:lock_timout=5s\nSELECT 1", "-- sluice:lock_timeout=soon\nSELECT 1",
        "-- sluice:lock_timeout\nSELECT 1", "-- sluice:lock_timeout=5 fortnights\nSELECT 1",
        "-- sluice:statement_timeout=-1\nSELECT 1", "SELECT 1; -- sluice:lock_timeout=5s\n",
        "SELECT 1;\n-- sluice:stepwise\nSELECT 2", "-- sluice:stepwise=yes\nSELECT 1",
    ])
    func thatCannotBeTakenAreNotedAndHaveNoEffect(_ text: String) throws {
        let script = try Script(text)
        #expect(script.directives == Directives.none)
        #expect(script.notes.count == 1)
        #expect(script.notes.allSatisfy { $0.sentence.contains("no effect") })
        #expect(script.mode == .transactional)
    }

    @Test(arguments: [
        "-- sluice:lock_timout=5s\nCREATE TABLE t (a int)",
        "-- sluice:lock_timeout=never\nSELECT 1;", "-- sluice:stepwise=yes\n",
        "CREATE TABLE t (a int);\n-- sluice:lock_timeout=5s\n",
    ])
    func thatCannotBeTakenAreFindings(_ text: String) throws {
        let script = try Script(text)
        var linter = Linter()
        let findings = linter.findings(in: script)
        #expect(findings.map(\.rule) == ["directive"])
        #expect(findings.map(\.severity) == [.warning])
        #expect(findings.map(\.hazard) == [.script])
        #expect(findings.map(\.line) == script.notes.map(\.line))
        #expect(findings.map(\.message) == script.notes.map(\.sentence))
        #expect(findings.map { script.place(of: $0).start.line } == script.notes.map(\.line))
    }

    @Test func ofAScriptThatCannotBeReadAreFindingsToo() {
        let script = Script.opaque("-- sluice:lock_timout=5s\nSELEC 1;")
        var linter = Linter()
        #expect(linter.findings(in: script).map(\.rule) == ["unreadable", "directive"])
    }

    @Test(arguments: ["0", "250ms", "5 s", "1min", "2h", "1d", "100us"])
    func takePostgreSQLsUnitsOfTime(_ time: String) throws {
        let script = try Script("-- sluice:lock_timeout=\(time)\n")
        #expect(script.directives.lockTimeout == time)
    }

    @Test(arguments: ["SELECT '\n-- sluice:stepwise\n'", "/* \n-- sluice:stepwise\n */ SELECT 1"])
    func insideStringsAndBlockCommentsAreNone(_ text: String) throws {
        #expect(try Script(text).directives == Directives.none)
    }
}
