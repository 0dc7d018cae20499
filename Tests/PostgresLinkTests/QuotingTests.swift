import PostgresLink
import Testing

@Suite("Quoting")
struct QuotingTests {
    static let nasty = [
        "", "plain", "it's", "''", "'", "back\\slash", "\\", "\\'", "'\\", "E'x'", "\\n\\t\\000",
        "line\nbreak\r\nand\ttab", "$$dollar$1$$", "--comment", "/* open", "semi;colon",
        "“quotes”", "e\u{301}\u{1F468}\u{200D}\u{1F469}", "'\u{301}", "\\\u{301}", "\u{FEFF}bom",
        "a\"b", "\"", "%s {} ${X} {{y}}", "\u{1}\u{7F}",
    ]

    @Test("a literal comes back from the server as it was, whatever backslashes mean there")
    func literals() async throws {
        try await withSession { session in
            for setting in ["on", "off"] {
                try session.execute(
                    "SET standard_conforming_strings = \(setting); SET escape_string_warning = off")
                for text in Self.nasty {
                    let result = try session.execute("SELECT \(Quoting.literal(text))")
                    #expect(result.last?.scalar == text, "\(setting)")
                }
            }
        }
    }

    @Test("an identifier names what it says")
    func identifiers() async throws {
        try await withSession { session in
            for name in Self.nasty where !name.isEmpty {
                let result = try session.execute("SELECT 1 AS \(Quoting.identifier(name))")
                #expect(result.last?.columns == [name])
            }
        }
    }

    @Test("a literal may follow a keyword without a space")
    func literalAfterKeyword() async throws {
        let words = try await withSession { session in
            try session.execute("SELECT\(Quoting.literal("a\\b"))").last?.scalar
        }
        #expect(words == "a\\b")
    }

    @Test("nothing is NULL")
    func absence() {
        #expect(Quoting.literal(String?.none) == "NULL")
        #expect(Quoting.literal(String?.some("NULL")) == "'NULL'")
    }
}
