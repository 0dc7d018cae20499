import SQLAnalysis
import Testing

/// Input that must end in a value or an error, never in a crash.
@Suite struct HostileInputTests {
    private static let depth = 10_000

    @Test(arguments: [
        ("(", "1", ")"), ("f(", "1", ")"), ("(SELECT ", "1", ")"), ("1+", "1", ""),
        ("NOT ", "true", ""), ("CASE WHEN true THEN ", "1", " END"), ("-", "1", ""),
        ("ARRAY[", "1", "]"), ("1 UNION SELECT ", "1", ""), ("(1,", "1", ")"),
        ("true AND ", "true", ""), ("'a' || ", "'b'", ""),
    ])
    func deepNestingDoesNotOverflow(_ open: String, _ middle: String, _ close: String) {
        let text =
            "SELECT " + String(repeating: open, count: Self.depth) + middle
            + String(repeating: close, count: Self.depth)
        do {
            #expect(try Script(text).statements.count == 1)
        } catch {
            #expect(error.message.contains("memory exhausted"))
        }
    }

    @Test func longChainsOfOperatorsAreRead() throws {
        let sum = "SELECT " + String(repeating: "1+", count: 20_000) + "1"
        #expect(try Script(sum).statements.count == 1)
        let joins = "SELECT 1 FROM a" + String(repeating: " JOIN a USING (x)", count: 20_000)
        #expect(try Script(joins).statements.count == 1)
        let body = "DO $$ BEGIN UPDATE t SET a = \(String(repeating: "1+", count: 10_000))1; END $$"
        #expect(try Script(body).statements.count == 1)
    }

    /// What takes time with the square of its depth is not begun at all.
    @Test func whatNestsDeeperThanServersTakeIsNotParsed() throws {
        let sum = "SELECT 1;\nSELECT " + String(repeating: "1+", count: 100_000) + "1"
        let error = #expect(throws: SQLSyntaxError.self) { try Script(sum) }
        #expect(error?.message.contains("max_stack_depth") == true)
        let body =
            "DO $$ BEGIN UPDATE t SET a = \(String(repeating: "1+", count: 100_000))1; END $$"
        #expect(try Script(body).statements.count == 1)
    }

    @Test func nestedCommentsDoNotOverflow() throws {
        let text =
            String(repeating: "/*", count: Self.depth) + String(repeating: "*/", count: Self.depth)
        #expect(try Script(text + "SELECT 1").statements.count == 1)
    }

    @Test func randomBytesDoNotCrash() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<3_000 {
            let bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            tolerate(String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test func randomWordsDoNotCrash() {
        let words = [
            "SELECT", "BEGIN", "COMMIT", ";", "(", ")", "'", "\"", "$$", "$a$", "/*", "*/", "--",
            "\n", "CREATE", "TABLE", "ALTER", "TYPE", "ADD", "VALUE", "'x'", "DROP", "COLUMN", "a",
            "b.c", ",", "DO", "E'\\", "U&\"", "UESCAPE", "1", "::", "INDEX", "CONCURRENTLY", "ON",
            "LANGUAGE", "AS", "FUNCTION", "RENAME", "TO", "int", "DELETE", "FROM", "-- sluice:",
            "-- sluice:allow", "\r\n", "\u{301}", "😀", "\\", ":", "EXECUTE", "ROLLBACK", "TRUNCATE",
        ]
        var random = SeededRandom(seed: 2)
        for _ in 0..<5_000 {
            let text = (0..<Int.random(in: 1...14, using: &random)).compactMap { _ in
                words.randomElement(using: &random)
            }
            tolerate(text.joined(separator: Bool.random(using: &random) ? " " : ""))
        }
    }

    /// Reads and judges a text in every way; what is asked is only that this returns.
    private func tolerate(_ text: String) {
        _ = Script.opaque(text)
        guard let script = try? Script(text) else { return }
        _ = Linter.findings(in: [("x", script)])
        _ = DestructiveSummary(script)
    }
}
