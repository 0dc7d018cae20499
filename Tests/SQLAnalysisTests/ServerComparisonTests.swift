import Foundation
import PostgresLink
import SQLAnalysis
import TestSupport
import Testing

/// Scripts that a server can run, put together from pieces that are hard to tell apart.
private struct RunnableScripts {
    var random: SeededRandom
    let newline: String

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        newline = Bool.random(using: &random) ? "\n" : "\r\n"
    }

    mutating func pick(_ choices: [String]) -> String {
        choices.randomElement(using: &random) ?? ""
    }

    mutating func blank() -> String {
        pick([
            " ", newline, "\t ", "\u{0C}", "-- it's; a \"comment\" $$ /* \(newline)",
            "/* ; ' \" $x$ -- */", "/* a /* nested; */ \(newline) 'b */", "--é😀;\(newline)",
            "/**//*;*/",
        ])
    }

    mutating func blanks() -> String {
        (0..<Int.random(in: 0...3, using: &random)).map { _ in blank() }.joined()
    }

    mutating func literal() -> String {
        pick([
            "'a;b'", "'it''s; /* no */'", "'-- no'", "E'a\\';b'", "E'\\\\'", "e'\\x3b;\\073'",
            "$$ ; ' $$", "$t$ $$ ; $$ '; $t$", "$é$;$é$", "U&'\\0061;'",
            "U&'d!0061;' UESCAPE '!'", "u&'\\+01F600;'", "B'101'", "x'1F'", "'é;😀'", "N'x;'",
            "'a;'\(newline)';b'", "'a;' -- ';\(newline)--x\(newline)';b'", "1.5e-3",
            "'\(newline);'",
            "$$\(newline)BEGIN; COMMIT;\(newline)$$",
            "'\\'", "$a$;$b$;$a$", "'\u{301};'", "(/*;*/'x')", "ARRAY['{;}', $$;$$]", "'👩‍👩‍👧;'",
            "$_1$;$1;$_1$", "1--;\(newline)+1", "NULL::\"char\"",
            "'/*' '*/;'".replacing("' '", with: "/"),
        ])
    }

    mutating func alias() -> String {
        pick([
            "a", "\"B;c\"", "\"it\"\"s;\"", "é", "\"--\"", "\"/*\"", "U&\"\\0061;\"", "a$b",
            "\"$$\"",
            "\"😀\"", "a$$", "U&\"!0061\" UESCAPE '!'",
        ])
    }

    mutating func statement() -> String {
        let (gap, value, name) = (" " + blanks(), literal(), alias())
        switch Int.random(in: 0..<7, using: &random) {
        case 0: return "SELECT\(gap)\(value)"
        case 1: return "SELECT\(gap)\(value)\(gap)AS \(name)"
        case 2: return "VALUES (\(value)),\(gap)(\(value))"
        case 3: return "DO $body$ BEGIN PERFORM 1;\(gap)/* ; */ END $body$"
        case 4: return "SELECT \(name) FROM (SELECT\(gap)\(value)) AS t (\(name))"
        case 5:
            return "CREATE OR REPLACE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql "
                + "BEGIN ATOMIC SELECT 1;\(gap)SELECT 2; END"
        default: return "SET\(gap)application_name =\(gap)'x;'"
        }
    }

    /// Statements with comments, blanks and empty statements around them.
    mutating func script(_ statements: [String]) -> String {
        var text = blanks()
        for (number, statement) in statements.enumerated() {
            text += statement + blanks()
            if number < statements.count - 1 || Bool.random(using: &random) { text += ";" }
            text += blanks()
            guard number < statements.count - 1 else { break }
            while Int.random(in: 0..<5, using: &random) == 0 { text += ";" + blanks() }
        }
        return text
    }

    mutating func statements(_ count: Int) -> [String] { (0..<count).map { _ in statement() } }
}

/// Our view of a script beside the server's own.
@Suite struct ServerComparisonTests {
    private static let isFull = ProcessInfo.processInfo.environment["SLUICE_FULL"] == "1"
    private static let rounds = isFull ? 2_000 : 60

    private static func withSession(
        _ body: @escaping @Sendable (PostgresSession) throws -> Void
    ) async throws {
        try await withTemporaryDatabase { url in
            try await onOwnThread {
                try body(PostgresSession(connecting: try ConnectionTarget(url: url)))
            }
        }
    }

    private static func rows(_ results: [ResultSet]) -> [[[String?]]] { results.map(\.rows) }

    /// One message with the whole script gives what our statements give one by one.
    @Test func statementsAreTheServers() async throws {
        try await Self.withSession { session in
            for seed in 1...Self.rounds {
                var scripts = RunnableScripts(seed: UInt64(seed))
                let count = Int.random(in: 1...9, using: &scripts.random)
                let text = scripts.script(scripts.statements(count))
                let script = try Script(text)
                let whole = try session.execute(text)
                #expect(whole.count == script.statements.count, "\(text)")
                let each = try script.statements.flatMap { try session.execute(String($0.text)) }
                #expect(Self.rows(whole) == Self.rows(each), "\(text)")
                #expect(whole.map(\.tag) == each.map(\.tag), "\(text)")
            }
        }
    }

    /// A planted error: the statement by the number of those before it, the place by the position.
    @Test func placesAreTheServers() async throws {
        try await Self.withSession { session in
            for seed in 1...Self.rounds {
                var scripts = RunnableScripts(seed: UInt64(seed) << 20)
                let count = Int.random(in: 1...9, using: &scripts.random)
                var statements = scripts.statements(count)
                let culprit = Int.random(in: 0..<count, using: &scripts.random)
                statements[culprit] = "SELECT\(scripts.blank())nowhere"
                let text = scripts.script(statements)
                let script = try Script(text)
                let error = try #require(throws: PostgresError.self) { try session.execute(text) }
                #expect(error.state?.rawValue == "42703", "\(text)")
                #expect(error.completedStatements == culprit, "\(text)")
                let place = script.location(ofCharacter: error.position ?? 0)
                #expect(script.statement(atUTF8: place.offset)?.ordinal == culprit + 1, "\(text)")
                let word = Array(text.utf8)[place.offset...].prefix(7)
                #expect(String(decoding: word, as: UTF8.self) == "nowhere", "\(text)")
                let before = text.utf8.prefix(place.offset)
                #expect(place.line == before.count { $0 == UInt8(ascii: "\n") } + 1)
                let start = before.lastIndex(of: UInt8(ascii: "\n")).map(before.index(after:))
                let line = before[(start ?? before.startIndex)...]
                #expect(
                    place.column == String(decoding: line, as: UTF8.self).unicodeScalars.count + 1)
            }
        }
    }

    /// Scripts with something cut out or put in: both read them or both refuse them, in one place.
    @Test func refusalsAreTheServers() async throws {
        try await Self.withSession { session in
            // The grammar is PostgreSQL 15's.
            guard session.serverVersion / 10_000 == 15 else { return }
            var refused = 0
            for seed in 1...Self.rounds * 3 {
                var scripts = RunnableScripts(seed: UInt64(seed) << 40)
                var scalars = Array(scripts.script(scripts.statements(3)).unicodeScalars)
                let place = Int.random(in: 0..<scalars.count, using: &scripts.random)
                if Bool.random(using: &scripts.random) {
                    scalars.remove(at: place)
                } else {
                    scalars.insert(
                        contentsOf: scripts.pick([
                            "'", "\"", "$$", "/*", "*/", "--", ";", "\\", "(", ")", "\u{FEFF}",
                        ]).unicodeScalars, at: place)
                }
                let text = String(String.UnicodeScalarView(scalars))
                let ours = Result { () throws(SQLSyntaxError) in try Script(text) }
                // An aborted transaction parses a message and runs nothing of it.
                _ = try? session.execute("BEGIN; SELECT 1 / 0")
                let theirs = #expect(throws: PostgresError.self) { try session.execute(text) }
                try session.execute("ROLLBACK")
                if theirs?.state?.rawValue == "25P02" {
                    #expect(throws: Never.self, "\(text)") { try ours.get() }
                } else {
                    refused += 1
                    let error = #expect(throws: SQLSyntaxError.self, "\(text)") { try ours.get() }
                    let characters = error.map {
                        String(decoding: text.utf8.prefix($0.offset), as: UTF8.self)
                            .unicodeScalars.count + 1
                    }
                    // A wrong escape has no place, and without tokens a comment inside a string
                    // is not bridged: then the first of two errors may be another one.
                    guard theirs?.state == .syntaxError, !text.contains("--") else { continue }
                    #expect(characters == theirs?.position, "\(text)")
                }
            }
            #expect(refused > Self.rounds / 4)
        }
    }

    @Test func aByteOrderMarkIsRefusedByBoth() async throws {
        try await Self.withSession { session in
            let error = #expect(throws: PostgresError.self) {
                try session.execute("\u{FEFF}SELECT 1")
            }
            #expect(error?.state == .syntaxError && error?.position == 1)
            #expect(throws: SQLSyntaxError.self) { try Script("\u{FEFF}SELECT 1") }
        }
    }

    @Test func tenThousandStatementsAndTenMegabytes() async throws {
        try await Self.withSession { session in
            var scripts = RunnableScripts(seed: 11)
            let many = scripts.script(scripts.statements(10_000))
            #expect(try session.execute(many).count == Script(many).statements.count)
            let value = String(repeating: "it''s; é /* ", count: 700)
            let long =
                String(repeating: "SELECT length('\(value)');\r\n", count: 1_100) + "SELECT nowhere"
            #expect(long.utf8.count >= 10_000_000)
            let script = try Script(long)
            let error = try #require(throws: PostgresError.self) { try session.execute(long) }
            #expect(error.completedStatements == script.statements.count - 1)
            #expect(script.location(ofCharacter: error.position ?? 0).line == 1_101)
        }
    }
}
