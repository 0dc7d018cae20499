import Foundation
import Testing

@testable import ReleaseCore

@Suite("A smoke check that runs a command")
struct SmokeCommandTests {
    @Test(
        "passes when it ends with status 0",
        arguments: [
            ("command: \"echo hello\"", SmokeRun.Outcome.passed, "ended with status 0"),
            ("command: [test, a b, =, a b]", .passed, "ended with status 0"),
            ("command: \"echo out; echo why >&2; exit 3\"", .failed, "ended with status 3: why"),
            ("command: no-such-program", .error, "ended with status 127"),
            ("command: [no-such-program]", .error, "ended with status 127"),
            ("command: \"kill -9 $$\"", .failed, "ended with status 137"),
            (
                "command: \"echo begun; while :; do sleep 60; done\", timeout: 300ms", .failed,
                "was ended after 300 ms"
            ),
            ("command: \"test $VALUE = it\", env: { VALUE: it }", .passed, "status 0"),
            (
                "command: \"true\", env: { VALUE: \"${NOWHERE}\" }", .error,
                "NOWHERE, used in line 4, is not set"
            ),
            ("command: \"test $SLUICE_ENVIRONMENT = staging\"", .passed, "status 0"),
            ("command: \"psql -XAtc 'select 1'\"", .passed, "status 0"),
        ])
    func status(_ entry: String, _ outcome: SmokeRun.Outcome, _ detail: String) async throws {
        try await DeploymentFixture.use("smoke: [ { \(entry) } ]") { fixture in
            let result = try fixture.check()
            #expect(result.outcome == outcome, "\(result)")
            #expect(result.detail.contains(detail), "\(result.detail)")
        }
    }

    @Test("shows the end of its output, without secrets")
    func output() async throws {
        let line = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo line $i $KEY; done; exit 1"
        try await DeploymentFixture.use(
            "smoke: [ { command: \"\(line)\", env: { KEY: \"${MY_TOKEN}\" } } ]"
        ) {
            fixture in
            var fixture = fixture
            fixture.variables["MY_TOKEN"] = "s3cret-token"
            let result = try fixture.check()
            let output = try #require(result.output)
            #expect(output.hasSuffix("line 20000 ***\n"))
            #expect(output.count <= 4000)
            #expect(!"\(result)".contains("s3cret"))
        }
    }
}

@Suite("Smoke checks that come with a migration")
struct MigrationChecksTests {
    @Test("run from then on, one for each statement")
    func files() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE jobs (id int)")
            try fixture.write("2", "CREATE TABLE later (id int)")
            try fixture.write(
                "smoke/jobs.sql", beside: "1",
                """
                -- Jobs can be read.
                SELECT count(*) >= 0 FROM jobs;

                -- smoke: { name: jobs are empty, expect: { rows: 0 }, tags: [slow] }
                SELECT * FROM jobs;
                """)
            try fixture.write("smoke/later.sql", beside: "2", "SELECT count(*) = 0 FROM later")
            try fixture.write("smoke/README.md", beside: "2", "not SQL")
            let report = try fixture.deploy(upTo: "1")
            #expect(report.verdict == .succeeded, "\(String(describing: report.smoke))")
            #expect(report.smoke?.results.map(\.name) == ["1/jobs 1", "jobs are empty"])
            #expect(
                try fixture.deploy().smoke?.results.map(\.name)
                    == ["1/jobs 1", "jobs are empty", "2/later"])
            let stage = SmokeStage(workspace: try fixture.workspace())
            #expect(try stage.run("staging", tags: ["slow"]).run.results.count == 1)
            #expect(try fixture.ask("SELECT count(*) FROM _sluice.smoke_runs") == ["2"])
            #expect(throws: ReleaseError.self) { try stage.run("staging", tags: ["slwo"]) }
        }
    }

    @Test("are refused with file and line before anything runs")
    func mistakes() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE jobs (id int)")
            try fixture.write(
                "smoke/jobs.sql", beside: "1", "SELECT true;\n-- smoke: { expct: 1 }\nSELECT true;")
            let error = #expect(throws: ConfigurationError.self) { try fixture.deploy() }
            #expect(
                error?.description
                    == "1/smoke/jobs.sql:2: unknown key “expct” in smoke comment; did you mean “expect”?"
            )
            #expect(try fixture.ask("SELECT to_regclass('jobs') IS NULL") == ["t"])
        }
    }
}

extension DeploymentFixture {
    /// The result of the only smoke check.
    func check() throws -> SmokeRun.Result {
        let run = try SmokeStage(workspace: try workspace()).run(Self.environment).run
        guard let result = run.results.first else { throw NeverHappened() }
        return result
    }
}
