import Foundation
import PostgresLink
import Testing

@testable import ReleaseCore

/// A check against the database and what must come of it.
struct DatabaseCheckCase: Sendable, CustomTestStringConvertible {
    var entry: String
    var outcome: SmokeRun.Outcome
    var detail: String

    var testDescription: String { entry }

    init(_ entry: String, _ outcome: SmokeRun.Outcome, _ detail: String) {
        self.entry = entry
        self.outcome = outcome
        self.detail = detail
    }

    static let all: [DatabaseCheckCase] = [
        .init("sql: select true", .passed, "true"),
        .init("sql: select false", .failed, "returned f instead of true"),
        .init("sql: select null::bool", .failed, "returned NULL instead of true"),
        .init("sql: select true where false", .failed, "returned no row instead of true"),
        .init("sql: select 1", .failed, "returned 1 instead of true"),
        .init("sql: select count(*) from jobs, expect: { value: 2 }", .passed, "2"),
        .init(
            "sql: select count(*) from jobs, expect: { value: 3 }", .failed,
            "returned 2 instead of 3"),
        .init("sql: select * from jobs, expect: { rows: 2 }", .passed, "2 rows"),
        .init(
            "sql: select * from jobs, expect: { rows: 0-1 }", .failed,
            "returned 2 rows instead of 0 to 1"),
        .init("sql: insert into jobs values (3), expect: { rows: 0 }", .failed, "25006"),
        .init("sql: \"select setval('s', 5) > 0\"", .failed, "25006"),
        .init(
            "sql: \"with i as (insert into jobs values (3) returning id) select true from i\"",
            .failed, "25006"),
        .init("sql: \"select ${NAME} = 'it''s'\"", .passed, "true"),
        .init("sql: \"select ${NOWHERE}\"", .error, "NOWHERE is not set"),
        .init("sql: \"select true; insert into jobs values (3)\"", .failed, "42601"),
        .init("sql: select true from nothing", .failed, "42P01"),
        .init("sql: select true from pg_sleep(60), timeout: 50ms", .failed, "57014"),
        .init(
            "scenario: [ { sql: select true }, { sql: select 1 } ]", .passed, "2 steps, rolled back"
        ),
        .init(
            "scenario: [ { sql: insert into jobs values (7) returning id, capture: id }, { sql: \"select count(*) = 1 from jobs where id = {{id}}::int\" } ]",
            .passed, "2 steps"),
        .init(
            "scenario: [ { sql: \"select 'it''s \\\\ {' || '{b}}'\", capture: a }, { sql: \"select {{a}} = 'it''s \\\\ {' || '{b}}'\" } ]",
            .passed, "2 steps"),
        .init("scenario: [ { name: post, sql: select false } ]", .failed, "post: returned false"),
        .init("scenario: [ { sql: select 1 }, { sql: select oops } ]", .failed, "step 2: 42703"),
        .init(
            "scenario: [ { name: keep, sql: select 1 where false, capture: id } ]", .failed,
            "keep: returned nothing to keep as “id”"),
        .init(
            "scenario: [ { sql: insert into jobs values (9) }, { sql: commit } ]", .failed, "step 2"
        ),
    ]
}

@Suite("Smoke checks")
struct SmokeTests {
    static let jobs =
        "CREATE TABLE jobs (id int); INSERT INTO jobs VALUES (1), (2); CREATE SEQUENCE s;"

    @Test("ask the database, and leave nothing there", arguments: DatabaseCheckCase.all)
    func database(_ example: DatabaseCheckCase) async throws {
        try await DeploymentFixture.use("smoke: [ { name: it, \(example.entry) } ]") { fixture in
            try fixture.ask(Self.jobs)
            let run = try SmokeStage(workspace: try fixture.workspace()).run("staging").run
            let result = try #require(run.results.first)
            #expect(result.outcome == example.outcome)
            #expect(result.detail.contains(example.detail), "\(result.detail)")
            #expect(result.name == "it")
            #expect(run.outcome == example.outcome)
            #expect(try fixture.ask("SELECT id FROM jobs ORDER BY id") == ["1", "2"])
            #expect(try fixture.ask("SELECT is_called FROM s") == ["f"])
        }
    }

    @Test("look at the schema of the URL")
    func schemaOfURL() async throws {
        try await DeploymentFixture.use("smoke: [ { sql: \"select current_schema() = 'app'\" } ]") {
            fixture in
            var fixture = fixture
            fixture.databaseURL += "&schema=app"
            try fixture.ask("CREATE SCHEMA app")
            let run = try SmokeStage(workspace: try fixture.workspace()).run("staging").run
            #expect(run.outcome == .passed)
        }
    }

    @Test("ask a server for status and text")
    func http() async throws {
        try await DeploymentFixture.use { fixture in
            let server = try LoopbackServer(answer: LoopbackServer.answer(200, "all is ökay"))
            for (entry, outcome, detail) in [
                ("expect: { status: 200 }", SmokeRun.Outcome.passed, "answered 200"),
                ("expect: { text: ökay }", .passed, "answered 200"),
                ("expect: { status: 204 }", .failed, "answered 200 instead of 204"),
                ("expect: { text: bad }", .failed, "without the text “bad”"),
            ] {
                try fixture.configure("smoke: [ { http: \"\(server.url)health\", \(entry) } ]")
                let result = try #require(try run(fixture).results.first)
                #expect(result.outcome == outcome, "\(entry)")
                #expect(result.detail.contains(detail), "\(result.detail)")
            }
        }
    }

    @Test("tell a server that says no from one that cannot be asked")
    func httpErrors() async throws {
        try await DeploymentFixture.use { fixture in
            let broken = try LoopbackServer(answer: LoopbackServer.answer(503, "down"))
            try fixture.configure("smoke: [ { http: \"\(broken.url)\" } ]")
            #expect(try run(fixture).outcome == .failed)

            let silent = try LoopbackServer(answer: nil)
            try fixture.configure("smoke: [ { http: \"\(silent.url)\", timeout: 200ms } ]")
            let late = try run(fixture)
            #expect(late.outcome == .error)
            #expect(late.duration < .seconds(20))

            let rude = try LoopbackServer(answer: "nonsense\r\n\r\n")
            try fixture.configure("smoke: [ { http: \"\(rude.url)\", timeout: 5s } ]")
            #expect(try run(fixture).outcome == .error)

            // A port that was free a moment ago: nobody listens there.
            let port = try LoopbackServer(answer: nil).port
            try fixture.configure("smoke: [ { http: \"http://127.0.0.1:\(port)/\" } ]")
            #expect(try run(fixture).outcome == .error)

            try fixture.configure("smoke: [ { http: \"${NOWHERE}/x\" } ]")
            let unknown = try run(fixture)
            #expect(unknown.outcome == .error)
            #expect(unknown.results.first?.detail.contains("NOWHERE") == true)
        }
    }

    @Test("expect a redirection where that is what is asked for")
    func redirection() async throws {
        try await DeploymentFixture.use { fixture in
            let target = try LoopbackServer(answer: LoopbackServer.answer(200, "home"))
            let server = try LoopbackServer(
                answer: LoopbackServer.answer(302, "", headers: "Location: \(target.url)\r\n"))
            try fixture.configure("smoke: [ { http: \"\(server.url)\", expect: { status: 302 } } ]")
            #expect(try run(fixture).outcome == .passed)
            try fixture.configure(
                "smoke: [ { http: \"\(server.url)\", expect: { status: 200, text: home } } ]")
            #expect(try run(fixture).outcome == .passed)
        }
    }

    @Test("that fail after a deployment degrade it and put the environment on hold")
    func degraded() async throws {
        let settings = "smoke: [ { name: jobs, sql: \"select count(*) > 0 from jobs\" } ]"
        try await DeploymentFixture.use(settings) { fixture in
            try fixture.write("1", "CREATE TABLE jobs (id int)")
            let report = try fixture.deploy()
            #expect(report.verdict == .degraded)
            #expect(report.applied == ["1"])
            #expect(report.smoke?.results.map(\.outcome) == [.failed])
            #expect(try fixture.ask("SELECT verdict FROM _sluice.deployments") == ["degraded"])
            #expect(
                try fixture.ask(
                    "SELECT outcome, deployment = '\(report.deployment ?? "")', results->0->>'name' FROM _sluice.smoke_runs"
                )
                    == ["failed|t|jobs"])
            #expect(try fixture.status().state == .held)
            #expect(try fixture.status().hold?.reason.contains("jobs") == true)
            try fixture.write("2", "INSERT INTO jobs VALUES (1)")
            #expect(try fixture.deploy().verdict == .blocked)
            #expect(try fixture.holds.release("staging", reason: "the next one mends it"))
            #expect(try fixture.deploy().verdict == .succeeded)
            #expect(try fixture.status().state == .upToDate)
        }
    }

    @Test("that are not required are reported and change nothing")
    func optional() async throws {
        let settings = "smoke: [ { sql: select false, required: false }, { sql: select true } ]"
        try await DeploymentFixture.use(settings) { fixture in
            try fixture.write("1", "CREATE TABLE jobs (id int)")
            let report = try fixture.deploy()
            #expect(report.verdict == .succeeded)
            #expect(report.smoke?.results.map(\.outcome) == [.failed, .passed])
            #expect(report.smoke?.outcome == .passed)
        }
    }

    private func run(_ fixture: DeploymentFixture) throws -> SmokeRun {
        try SmokeStage(workspace: try fixture.workspace()).run("staging").run
    }
}
