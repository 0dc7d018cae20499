import SQLAnalysis
import Testing

/// The analyser on input that nobody wrote.
@Suite struct LinterFuzzTests {
    private static let pieces: [String] =
        (ForecastForm.alterTable + ForecastForm.others).map(\.sql) + [
            "BEGIN", "COMMIT", "SET search_path = other", "DO $$ BEGIN DROP TABLE child; END $$",
            "-- sluice:allow drop-table because\n DROP TABLE child", "ALTER TABLE child ADD",
            "CREATE TABLE child (id int)", "DROP SCHEMA other CASCADE", "$$", "'", "(", ";", ",",
            "\u{FEFF}", "/*", "*/", "ÄÖÜ", "CREATE TABLE \"a\"\"b\" (\"\u{1F600}\" int)",
        ]

    /// Statements in any order, with words lost, doubled and swapped.
    private static func script(_ random: inout SeededRandom) -> String {
        (0..<Int.random(in: 1...6, using: &random)).map { _ in
            var words = (pieces.randomElement(using: &random) ?? "").split(separator: " ").map(
                String.init)
            if Int.random(in: 0..<3, using: &random) == 0, !words.isEmpty {
                let index = Int.random(in: 0..<words.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: words.remove(at: index)
                case 1: words.insert(words[index], at: index)
                case 2: words.swapAt(index, Int.random(in: 0..<words.count, using: &random))
                default: words[index] = pieces.randomElement(using: &random) ?? ""
                }
            }
            return words.joined(separator: " ")
        }.joined(separator: ";\n")
    }

    @Test func everyScriptIsJudgedOrRefusedAndEveryFindingHasAPlace() throws {
        var random = SeededRandom(seed: 7)
        var judged = 0
        var found = 0
        for _ in 0..<4000 {
            let text = Self.script(&random)
            guard let script = try? Script(text) else { continue }
            judged += 1
            var linter = Linter(schema: KnownSchema())
            for finding in linter.findings(in: script) {
                found += 1
                let place = script.place(of: finding)
                #expect(place.start.line >= 1 && place.length >= 1)
                #expect((1...script.statements.count).contains(finding.statement))
                #expect(finding.message.hasSuffix("."))
            }
        }
        print("fuzzed: \(judged) scripts judged, \(found) findings")
        #expect(judged > 1000 && found > 1000)
    }

    @Test(arguments: [1000, 20_000])
    func deepNestingIsJudged(_ depth: Int) throws {
        let expression =
            String(repeating: "(", count: depth) + "1" + String(repeating: ")", count: depth)
        let sql = "ALTER TABLE a ADD COLUMN b int DEFAULT \(expression); DROP TABLE a;"
        guard let script = try? Script(sql) else { return }
        var linter = Linter(schema: KnownSchema())
        #expect(linter.findings(in: script).map(\.rule) == ["drop-table"])
    }
}
