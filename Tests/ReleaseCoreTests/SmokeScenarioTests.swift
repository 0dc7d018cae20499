import Foundation
import Synchronization
import Testing

@testable import ReleaseCore

/// A job marketplace in miniature: everything it knows is in the database.
@Suite("A scenario of requests")
struct SmokeScenarioTests {
    private static func scenario(_ url: String, applyPath: String = "/jobs/{{job}}/apply") -> String
    {
        """
        smoke:
          - name: marketplace
            scenario:
              - { name: post job, http: "\(url)jobs", method: POST, headers: { X-Key: "${KEY}" },
                  body: '{"title": "${TITLE}"}', expect: { status: 201 },
                  capture: { job: /id, token: /token, place: "header:Location" } }
              - { name: job is stored, sql: "select title = ${TITLE} as ok, id from jobs where id = {{job}}::int",
                  capture: { stored: id } }
              - { name: apply, http: "\(url)\(applyPath.dropFirst())", method: POST,
                  headers: { Authorization: "Bearer {{token}}" }, body: '{"job": {{stored}}}',
                  expect: { json: { /job: "{{job}}" } }, capture: { application: /id } }
            cleanup:
              - { name: withdraw, sql: "delete from applications where id = {{application}}::int" }
              - { name: delete job, http: "{{place}}", method: DELETE, expect: { status: 204 } }
        """
    }

    private static let tables =
        "CREATE TABLE jobs (id int, title text); CREATE TABLE applications (id int);"

    private static func application(_ fixture: DeploymentFixture) throws -> LoopbackServer {
        let place = Mutex("")
        let server = try LoopbackServer { request in
            do {
                switch (request.method, request.path) {
                case ("POST", "/jobs"):
                    try fixture.ask("INSERT INTO jobs VALUES (7, 'Paint it''s fence')")
                    return .answer(
                        LoopbackServer.answer(
                            201, #"{"id": 7, "token": "t0ken-value"}"#,
                            headers: "Location: \(place.withLock { $0 })jobs/7\r\n"))
                case ("POST", "/jobs/7/apply"):
                    guard request.text.contains("Bearer t0ken-value") else { break }
                    try fixture.ask("INSERT INTO applications VALUES (3)")
                    return .answer(LoopbackServer.answer(200, #"{"id": 3, "job": 7}"#))
                case ("DELETE", "/jobs/7"):
                    try fixture.ask("DELETE FROM jobs WHERE id = 7")
                    return .answer(LoopbackServer.answer(204, ""))
                default: break
                }
            } catch { return .answer(LoopbackServer.answer(500, "\(error)")) }
            return .answer(LoopbackServer.answer(404, "no \(request.text)"))
        }
        place.withLock { $0 = server.url }
        return server
    }

    @Test("hands values from step to step and cleans up")
    func succeeds() async throws {
        try await DeploymentFixture.use { fixture in
            var fixture = fixture
            fixture.variables["KEY"] = "s3cret-key"
            fixture.variables["TITLE"] = "Paint it's fence"
            try fixture.ask(Self.tables)
            let server = try Self.application(fixture)
            try fixture.configure(Self.scenario(server.url))
            let result = try fixture.check()
            #expect(result.outcome == .passed, "\(result.detail)")
            #expect(result.detail == "3 steps, cleaned up")
            #expect(
                server.received.map { "\($0.method) \($0.path)" }
                    == ["POST /jobs", "POST /jobs/7/apply", "DELETE /jobs/7"])
            #expect(server.received[1].body == #"{"job": 7}"#)
            #expect(try fixture.ask("SELECT count(*) FROM jobs") == ["0"])
            #expect(try fixture.ask("SELECT count(*) FROM applications") == ["0"])
        }
    }

    @Test("cleans up what was made before a step that fails")
    func fails() async throws {
        try await DeploymentFixture.use { fixture in
            var fixture = fixture
            fixture.variables["KEY"] = "s3cret-key"
            fixture.variables["TITLE"] = "Paint it's fence"
            try fixture.ask(Self.tables)
            let server = try Self.application(fixture)
            try fixture.configure(Self.scenario(server.url, applyPath: "/jobs/{{job}}/aply"))
            let result = try fixture.check()
            #expect(result.outcome == .failed)
            #expect(result.detail.hasPrefix("apply: answered 404 instead of 200"))
            // The token was captured, and its name says that it is a secret.
            #expect(result.output?.contains("Bearer ***") == true, "\(result)")
            #expect(try fixture.ask("SELECT count(*) FROM jobs") == ["0"])
        }
    }

    @Test("says so when its clean-up fails, because then test data stays")
    func cleanupFails() async throws {
        let text = """
            smoke: [ { scenario: [ { sql: insert into jobs values (1) } ],
                       cleanup: [ { name: tidy, sql: delete from nowhere }, { sql: delete from jobs } ] } ]
            """
        try await DeploymentFixture.use(text) { fixture in
            try fixture.ask(Self.tables)
            let result = try fixture.check()
            #expect(result.outcome == .failed)
            #expect(result.detail.contains("test data stays: tidy: 42P01"), "\(result.detail)")
            #expect(try fixture.ask("SELECT count(*) FROM jobs") == ["0"])
        }
    }

    @Test("cleans up when somebody stops it")
    func interrupted() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.ask(Self.tables)
            let interrupt = Interrupt()
            let server = try LoopbackServer { _ in
                interrupt.raise()
                return .hang
            }
            try fixture.configure(
                """
                smoke: [ { scenario: [ { sql: insert into jobs values (1) }, { http: "\(server.url)" } ],
                           cleanup: [ { sql: delete from jobs } ] } ]
                """)
            let run = try SmokeStage(workspace: try fixture.workspace(), interrupt: interrupt)
                .run("staging").run
            #expect(run.results.map(\.outcome) == [.error])
            #expect(run.results.first?.detail == "stopped.")
            #expect(try fixture.ask("SELECT count(*) FROM jobs") == ["0"])
        }
    }
}
