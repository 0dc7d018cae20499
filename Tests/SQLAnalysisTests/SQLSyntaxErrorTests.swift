import SQLAnalysis
import Testing

@Suite struct SQLSyntaxErrorTests {
    private func error(_ text: String) throws -> SQLSyntaxError {
        try #require(throws: SQLSyntaxError.self) { try Script(text) }
    }

    @Test func tellsThePlaceInCharacters() throws {
        let error = try error("SELECT 'é', 'ü';\nSELECT 'é' FRM x y;\n")
        #expect(error.line == 2)
        #expect(error.column == 16)
        #expect(error.near == "x")
        #expect(error.message == "syntax error at or near \"x\".")
        #expect(error.offset == 35)
        #expect(error.description.hasPrefix("line 2, column 16: "))
    }

    @Test(arguments: [
        ("SELECT 1;\nSELECT (", 2, "end of input"), ("SELECT 1;\nSELECT 'open", 2, "unterminated"),
        ("SELECT 1;\n/* open", 2, "unterminated /* comment"), ("SELECT \"\"", 1, "zero-length"),
        ("SELECT 1;\n\\connect other\n", 2, "\\ commands belong to psql"),
        ("\\i other.sql", 1, "\\ commands belong to psql"),
        ("COPY a FROM STDIN;\n1\tx\n\\.\n", 2, "COPY … FROM STDIN"),
        ("COPY a (b) FROM stdin;\nx 'y\n\\.\n", 2, ""),
        ("\u{FEFF}SELECT 1", 1, "byte order mark"), ("SELECT 1;\nSELECT '\0'", 2, "NUL"),
        ("SELECT 1 FROM WHERE", 1, "at or near \"WHERE\""), ("SELECT $$ open", 1, "unterminated"),
    ])
    func saysWhatIsWrong(_ text: String, _ line: Int, _ words: String) throws {
        let error = try error(text)
        #expect(error.line == line)
        #expect(words.isEmpty || error.message.contains(words), "\(error.message)")
        #expect(error.message.hasSuffix("."))
    }
}
