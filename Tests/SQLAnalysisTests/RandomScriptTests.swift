import SQLAnalysis
import Testing

/// Scripts put together from pieces whose boundaries are known.
private struct ScriptGenerator {
    var random: SeededRandom
    /// CRLF instead of LF, throughout one script.
    let newline: String

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        newline = Bool.random(using: &random) ? "\n" : "\r\n"
    }

    mutating func pick(_ choices: [String]) -> String {
        choices.randomElement(using: &random) ?? ""
    }

    mutating func blank() -> String {
        switch Int.random(in: 0..<9, using: &random) {
        case 0: newline
        case 1: "\t "
        case 2: "-- it's; a \"comment\" $$\(newline)"
        case 3: "/* ; ' \" $x$ */"
        case 4: "/* a /* nested; */ \(newline) 'b */"
        case 5: "--é😀;\(newline)"
        case 6: "\u{0C}"
        default: " "
        }
    }

    mutating func blanks() -> String {
        var blanks = ""
        for _ in 0..<Int.random(in: 0...3, using: &random) { blanks += blank() }
        return blanks
    }

    mutating func literal() -> String {
        pick([
            "'a;b'", "'it''s; /* no */'", "'-- no'", "E'a\\';b'", "E'\\\\'", "$$ ; ' $$",
            "$t$ $$ ; $$ '; $t$", "$é$;$é$", "U&'\\0061;'", "U&'d!0061;' UESCAPE '!'", "B'101'",
            "x'1F'", "'é;😀'", "N'x;'", "'a;'\(newline)';b'", "$1", "1.5e-3", "'\(newline);'",
            "$$\(newline)BEGIN; COMMIT;\(newline)$$",
        ])
    }

    mutating func identifier() -> String {
        pick([
            "a", "\"B;c\"", "\"it\"\"s;\"", "é", "\"--\"", "\"/*\"", "U&\"\\0061;\"", "a$b",
            "\"$$\"", "\"😀\"",
        ])
    }

    mutating func statement() -> String {
        let (between, name, value) = (" " + blanks(), identifier(), literal())
        return switch Int.random(in: 0..<10, using: &random) {
        case 0: "SELECT\(between)\(value)"
        case 1: "INSERT INTO \(name)\(between)VALUES (\(value),\(between)\(literal()))"
        case 2: "CREATE TABLE \(name) (\(between)id int\(between))"
        case 3: "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS\(between)$$SELECT 1; SELECT 2$$"
        case 4:
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1;\(between)SELECT 2; END"
        case 5: "CREATE RULE r AS ON INSERT TO \(name) DO ALSO (DELETE FROM b;\(between)SELECT 1)"
        case 6: "COMMENT ON TABLE \(name)\(between)IS 'x;'"
        case 7: "DO $body$ BEGIN PERFORM 1;\(between)END $body$"
        case 8: "SELECT 1\(between)AS \(name)"
        default: "UPDATE \(name) SET \(name) =\(between)\(value)"
        }
    }

    /// A script of `count` statements, with their texts.
    mutating func script(of count: Int) -> (text: String, statements: [String]) {
        var text = blanks()
        var statements: [String] = []
        for number in 1...count {
            let statement = statement()
            statements.append(statement)
            text += statement + blanks()
            if number < count || Bool.random(using: &random) { text += ";" }
            text += blanks()
            if number < count {
                while Int.random(in: 0..<5, using: &random) == 0 { text += ";" + blanks() }
            }
        }
        return (text, statements)
    }
}

@Suite struct RandomScriptTests {
    @Test(arguments: 1...40)
    func boundariesAreThoseOfTheGenerator(_ seed: UInt64) throws {
        var generator = ScriptGenerator(seed: seed)
        for _ in 0..<25 {
            let (text, expected) = generator.script(
                of: Int.random(in: 1...8, using: &generator.random))
            let script = try Script(text)
            #expect(script.statements.map { String($0.text) } == expected, "\(text)")
            for statement in script.statements {
                let lines = text.utf8.prefix(statement.range.lowerBound).count {
                    $0 == UInt8(ascii: "\n")
                }
                #expect(statement.line == lines + 1)
            }
        }
    }

    @Test func tenThousandStatements() throws {
        var generator = ScriptGenerator(seed: 7)
        let (text, expected) = generator.script(of: 10_000)
        let script = try Script(text)
        #expect(script.statements.count == 10_000)
        #expect(zip(script.statements, expected).allSatisfy { $0.text == $1 })
    }

    @Test func tenMegabytes() throws {
        let row = "('it''s; é', $$;$$, 12345),\n"
        let rows = String(repeating: row, count: 1_000) + "('', '', 0)"
        let insert = "INSERT INTO t VALUES \(rows)"
        let count = 10_000_000 / insert.utf8.count + 1
        let text = String(repeating: insert + ";\n", count: count)
        #expect(text.utf8.count >= 10_000_000)
        let script = try Script(text)
        #expect(script.statements.count == count)
        #expect(script.statements.allSatisfy { $0.text == insert })
        #expect(script.statements.last?.line == (count - 1) * 1_001 + 1)
    }
}
