import Testing

@testable import ReleaseCore

@Suite("A template")
struct TemplateTests {
    static let variables = ["HOST": "db", "PORT": "5432", "EMPTY": "", "NESTED": "${HOST}"]

    @Test(
        "replaces what it refers to, once",
        arguments: [
            ("", ""), ("plain", "plain"), ("${HOST}", "db"), ("${HOST}:${PORT}", "db:5432"),
            ("a${HOST}b${HOST}c", "adbbdbc"), ("${NESTED}", "${HOST}"), ("$HOST", "$HOST"),
            ("$${HOST}", "$db"), ("{HOST}", "{HOST}"), ("open ${HOST", "open ${HOST"),
            ("é${HOST}🐘", "édb🐘"),
        ])
    func resolving(_ raw: String, _ text: String) throws {
        #expect(try Template(raw: raw).resolve(Self.variables) == text)
    }

    @Test(
        "names the variable that is missing or empty, and its line", arguments: ["NONE", "EMPTY"])
    func missing(_ name: String) throws {
        let error = try #require(throws: MissingVariable.self) {
            try Template(raw: "${HOST}${\(name)}", line: 7).resolve(Self.variables)
        }
        #expect(error == MissingVariable(name: name, line: 7))
        #expect("\(error)" == "the variable \(name), used in line 7, is not set.")
        #expect("\(MissingVariable(name: name, line: 0))" == "the variable \(name) is not set.")
    }

    @Test("lists its references")
    func references() {
        #expect(Template(raw: "${A}-${B}-${A}-$C").references == ["A", "B", "A"])
        #expect(Template(raw: "sandbox").references.isEmpty)
    }
}
