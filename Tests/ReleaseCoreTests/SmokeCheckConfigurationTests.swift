import Testing

@testable import ReleaseCore

@Suite("A smoke check's configuration")
struct SmokeCheckConfigurationTests {
    @Test("asks the database")
    func sql() throws {
        #expect(
            try check("{ sql: select true }")
                == SmokeCheck(name: "select true", action: .sql("select true", .isTrue)))
        #expect(
            try check("{ name: n, sql: q, expect: { value: 3 }, timeout: 5s, required: false }")
                == SmokeCheck(
                    name: "n", action: .sql("q", .value("3")), timeout: .seconds(5), required: false
                ))
        #expect(try check("{ sql: q, expect: { rows: 3 } }").action == .sql("q", .rows(3...3)))
        #expect(try check("{ sql: q, expect: { rows: 1-10 } }").action == .sql("q", .rows(1...10)))
    }

    @Test("asks a server")
    func http() throws {
        let made = try check(
            """
            { http: "https://x/${ID}", method: POST, headers: { Authorization: "Bearer ${KEY}" },
              body: "b${B}", expect: { status: 201, text: ok } }
            """)
        guard case .http(let request, let expectation) = made.action else {
            Issue.record("\(made)")
            return
        }
        #expect(made.name == "https://x/${ID}")
        #expect(request.method == "POST")
        #expect(request.url.references == ["ID"])
        #expect(request.headers["Authorization"]?.references == ["KEY"])
        #expect(request.body?.references == ["B"])
        #expect(expectation == HTTPExpectation(status: 201, text: "ok"))
    }

    @Test("tells a scenario")
    func scenario() throws {
        let made = try check(
            "{ scenario: [ { name: post, sql: insert, capture: id }, { sql: \"select {{id}}\" } ] }"
        )
        #expect(
            made.action
                == .scenario([
                    ScenarioStep(name: "post", sql: "insert", capture: "id"),
                    ScenarioStep(name: "", sql: "select {{id}}"),
                ]))
    }

    @Test(
        "is refused where it makes no sense",
        arguments: [
            ("{}", "exactly one of"), ("{ sql: a, scenario: [] }", "exactly one of"),
            ("{ sql: }", "sql must be text"), ("{ sql: a, sqll: b }", "did you mean “sql”?"),
            ("{ http: ftp://x }", "http://"), ("{ sql: a, expect: { rows: many } }", "rows"),
            ("{ sql: a, expect: { rows: 3-1 } }", "rows"),
            ("{ sql: a, expect: { rows: 1-2-3 } }", "rows"),
            ("{ sql: a, expect: { status: 200 } }", "unknown key “status”"),
            ("{ http: \"http://x\", expect: { status: 99 } }", "100 to 599"),
            ("{ http: \"http://x\", expect: { rows: 1 } }", "unknown key “rows”"),
            ("{ sql: a, timeout: soon }", "duration"), ("{ sql: a, timeout: 0 }", "timeout"),
            ("{ sql: a, required: maybe }", "true or false"),
            ("{ scenario: [ { name: x } ] }", "needs sql"), ("{ scenario: [] }", "scenario"),
            ("{ sql: a, method: POST }", "method"), ("{ sql: a, headers: { a: b } }", "headers"),
            ("{ scenario: [ { sql: a } ], body: b }", "body"),
            ("{ scenario: [ { sql: a } ], expect: { value: 1 } }", "expect"),
            ("{ sql: a, expect: { value: 1, rows: 1 } }", "value"),
        ])
    func refusal(_ entry: String, _ part: String) throws {
        let found = mistakes(in: file(entry))
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains(part) == true, "\(found)")
    }

    private func file(_ entry: String) -> String {
        "environments: { a: { database: sandbox, smoke: [ \(entry) ] } }"
    }

    private func check(_ entry: String) throws -> SmokeCheck {
        let configuration = try ConfigurationReader.read(
            Array(file(entry).utf8), file: "sluice.yml")
        return try #require(configuration.environments.first?.smoke.first)
    }
}
