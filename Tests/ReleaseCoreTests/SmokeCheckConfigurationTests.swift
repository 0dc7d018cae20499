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
        #expect(expectation == HTTPExpectation(status: [201...201], text: "ok"))
    }

    @Test("tells a scenario")
    func scenario() throws {
        let made = try check(
            "{ scenario: [ { name: post, sql: insert, capture: id }, { sql: \"select {{id}}\" } ] }"
        )
        #expect(
            made.action
                == .scenario(
                    Scenario(steps: [
                        ScenarioStep(
                            name: "post", action: .sql("insert"),
                            captures: [Capture(name: "id", source: .firstValue)]),
                        ScenarioStep(name: "", action: .sql("select {{id}}")),
                    ])))
    }

    @Test("tells a scenario of requests")
    func requests() throws {
        let made = try check(
            """
            { scenario: [ { http: "http://x/jobs", method: post, body: "{}",
                            expect: { status: [200, 201] },
                            capture: { id: /job/id, place: "header: Location" } },
                          { sql: "select {{id}}", capture: { n: column } } ],
              cleanup: [ { http: "{{place}}", method: DELETE } ] }
            """)
        guard case .scenario(let scenario) = made.action else {
            Issue.record("\(made)")
            return
        }
        #expect(!scenario.isRolledBack)
        #expect(
            scenario.steps.flatMap(\.captures) == [
                Capture(name: "id", source: .pointer(try #require(JSONPointer("/job/id")))),
                Capture(name: "place", source: .header("Location")),
                Capture(name: "n", source: .column("column")),
            ])
        #expect(scenario.cleanup.map(\.uses) == [["place"]])
    }

    @Test("runs a command")
    func command() throws {
        let made = try check(
            "{ command: \"npm test\", env: { URL: \"${URL}\" }, tags: [slow, e2e], retries: 3, interval: 2s }"
        )
        #expect(made.name == "npm test")
        #expect(made.tags == ["slow", "e2e"])
        #expect(made.patience == .init(retries: 3, interval: .seconds(2)))
        #expect(made.references == ["URL"])
        #expect(
            try check("{ command: [a, b c], tags: one, within: 1m }").action
                == .command(CommandCheck(words: ["a", "b c"], isShell: false)))
    }

    @Test("reads metrics")
    func metrics() throws {
        let made = try check(
            """
            { metrics: { prometheus: "http://p:9090", query: "rate(x[$window])" }, window: 30s,
              expect: { max: 1%, max_increase: 50%, tolerance: 0.001, no_data: pass } }
            """)
        guard case .metrics(let metrics) = made.action else {
            Issue.record("\(made)")
            return
        }
        #expect(metrics.window == .seconds(30))
        #expect(
            metrics.limits
                == .init(most: 0.01, increase: .relative(0.5), tolerance: 0.001))
        #expect(metrics.withoutData == .passed)
        #expect(
            try check("{ metrics: { database: deadlocks }, expect: { max_increase: 3 } }").action
                == .metrics(
                    MetricsCheck(
                        source: .database(.deadlocks), limits: .init(increase: .absolute(3)))))
    }

    @Test("comes with a list or with how many run at a time")
    func concurrency() throws {
        let text =
            "environments: { a: { database: sandbox, smoke: { concurrency: 3, checks: [ { sql: a } ] } } }"
        let environment = try ConfigurationReader.read(Array(text.utf8), file: "sluice.yml")
            .environments[0]
        #expect(environment.smokeConcurrency == 3)
        #expect(environment.smoke.count == 1)
        #expect(
            mistakes(in: text.replacing("3", with: "0")).first?.contains("1 to 64") == true)
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
            ("{ scenario: [ { name: x } ] }", "needs sql or http"),
            ("{ scenario: [ { sql: a, http: \"http://x\" } ] }", "not both"),
            ("{ scenario: [ { sql: a, method: GET } ] }", "method"),
            ("{ scenario: [ { sql: \"select {{jb}}\" } ] }", "no step before this one captures"),
            (
                "{ scenario: [ { sql: a, capture: job }, { sql: \"{{jb}}\" } ] }",
                "did you mean “job”?"
            ),
            ("{ scenario: [ { http: \"http://x\", capture: id } ] }", "where each value is"),
            (
                "{ scenario: [ { http: \"http://x\", capture: { id: job } } ] }",
                "“job” is no JSON pointer"
            ),
            ("{ scenario: [ { sql: a, capture: \"a b\" } ] }", "letters"),
            ("{ http: \"http://x\", expect: { json: { \"/a~2\": 1 } } }", "RFC 6901"),
            ("{ http: \"http://x\", expect: { statsu: 200 } }", "did you mean “status”?"),
            ("{ http: \"http://x\", method: FETCH }", "method must be one of"),
            ("{ http: \"http://x\", redirects: 99 }", "0 to 20"),
            ("{ command: [] }", "command must be"), ("{ command: }", "command must be text"),
            ("{ command: a, comand: b }", "did you mean “command”?"),
            ("{ sql: a, retries: 1, within: 1s }", "not both"),
            ("{ sql: a, interval: 1s }", "interval means nothing"),
            ("{ sql: a, env: { A: b } }", "env means nothing"),
            (
                "{ metrics: { database: deadlock }, expect: { max: 1 } }",
                "did you mean “deadlocks”?"
            ),
            ("{ metrics: { database: deadlocks } }", "needs expect"),
            ("{ metrics: { database: deadlocks }, expect: { no_data: pass } }", "max_increase"),
            ("{ metrics: { database: deadlocks }, expect: { max: many } }", "0.01 or 1%"),
            ("{ metrics: { prometheus: \"http://x\" }, expect: { max: 1 } }", "needs a query"),
            (
                "{ metrics: { endpoint: \"http://x\", rate: \"a{\" }, expect: { max: 1 } }",
                "is no metric"
            ),
            (
                "{ metrics: { endpoint: \"http://x\", ratio: [a] }, expect: { max: 1 } }",
                "a part and its whole"
            ),
            (
                "{ metrics: { endpoint: \"http://x\", query: a, rate: b }, expect: { max: 1 } }",
                "query means nothing"
            ), ("{ scenario: [] }", "scenario"),
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
