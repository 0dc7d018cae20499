import Foundation
import FoundationXML
import Glibc
import TestSupport
import Testing

/// The built program: smoke checks, hotfixes, JUnit files and reminders.
struct VerdictCommandTests {
    private static let checks = """
        smoke:
              - { name: "jobs <&> \\"they\\"", sql: "select count(*) = 0 from jobs", tags: [fast] }
              - { name: note, command: "echo first; echo bad $API_TOKEN; exit 1", required: false }
        """

    private static func configuration(_ lines: String) -> String {
        ReleaseScene.configuration.replacing(
            "smoke:\n      - { name: answers, sql: \"select true\" }", with: lines)
    }

    @Test func aFailureOpensAHotfixWhereThatIsConfigured() async throws {
        let lines = "\(Self.checks)\n    on_failure: hotfix"
        try await ReleaseScene.with(configuration: Self.configuration(lines)) { scene in
            try scene.migration("20240101000000_jobs", "CREATE TABLE jobs (id int);")
            #expect(try await scene.sluice("deploy", "staging").status == 0)
            try scene.migration(
                "20240102000000_bad", "INSERT INTO jobs VALUES (1);\nCREATE TABLE more (id int);")
            let junit = "\(scene.git.directory)/junit.xml"
            let degraded = try await scene.sluice(
                "deploy", "staging", "--junit", junit, environment: ["API_TOKEN": "s3cret-token"])
            #expect(degraded.status == 1, "\(degraded.stderr)")
            #expect(degraded.stderr.contains("hotfix: hotfix/"), "\(degraded.stderr)")
            #expect(degraded.stdout.contains("| bad ***"))
            let branches = try scene.git.git("branch", "--list", "hotfix/*")
            #expect(branches.contains("hotfix/20240102000000_bad"))

            let xml = try String(contentsOfFile: junit, encoding: .utf8)
            #expect(!(xml + degraded.stdout + degraded.stderr).contains("s3cret"))
            let report = try JUnitOutline(xml)
            #expect(report.suite["failures"] == "1" && report.suite["skipped"] == "1")
            #expect(
                report.names
                    == ["20240102000000_bad", "jobs <&> \"they\"", "note"])
        }
    }

    @Test func aHotfixForAPromotedEnvironmentGoesThroughItsUpstreamFirst() async throws {
        let production = """
                promotes_from: staging
                smoke:
                  - { name: empty, sql: "select count(*) = 0 from jobs" }
                on_failure: hotfix
            """
        let configuration = ReleaseScene.configuration.replacing(
            "    promotes_from: staging", with: production)
        try await ReleaseScene.with(configuration: configuration) { scene in
            try scene.migration(
                "20240101000000_jobs", "CREATE TABLE jobs (id int); INSERT INTO jobs VALUES (1);")
            #expect(try await scene.sluice("deploy", "staging").status == 0)
            try scene.mergeToMain()
            let digest = try await scene.json(PlanJSON.self, ["plan", "production"]).digest
            let degraded = try await scene.sluice("promote", "production", "--plan", digest)
            #expect(degraded.status == 1, "\(degraded.stdout)\(degraded.stderr)")
            func steps(_ text: String) -> [String] {
                text.split(separator: "\n").filter { $0.hasPrefix("next:") }.map(String.init)
            }
            let branch = "hotfix/20240101000000_jobs"
            #expect(
                steps(degraded.stderr) == [
                    "next:  merge \(branch) into the branch of staging and deploy it there: production takes only what staging has proven",
                    "next:  git switch main && git merge \(branch)",
                    "next:  sluice release production --reason TEXT   (lifts the hold)",
                    "next:  sluice plan production   (prints the digest to promote with)",
                    "next:  sluice release production --reason TEXT   (when it turns out to be fine)",
                ])
            // As the command says them, and so that the gates let it through.
            let shown = try await scene.sluice(
                "hotfix", "20240101000000_jobs", "--env", "production")
            #expect(steps(shown.stdout).prefix(2) == steps(degraded.stderr).prefix(2))
            try scene.git.merge(branch)
            #expect(try await scene.sluice("deploy", "staging").status == 0)
            try scene.git.checkout("main")
            try scene.git.merge(branch)
            #expect(
                try await scene.sluice("release", "production", "--reason", "hotfix").status == 0)
            let gates = try await scene.json(PlanJSON.self, ["plan", "production"]).gates
            #expect(gates.first { $0.gate == "upstream" }?.outcome == "pass")
        }
    }

    @Test func smokeByHandProposesTheRelease() async throws {
        try await ReleaseScene.with(configuration: Self.configuration(Self.checks)) { scene in
            try scene.migration("20240101000000_jobs", "CREATE TABLE jobs AS SELECT 1 AS id;")
            let degraded = try await scene.sluice("deploy", "staging")
            #expect(degraded.status == 1)
            #expect(degraded.stderr.contains("sluice hotfix 20240101000000_jobs --env staging"))
            _ = try await scene.query(scene.staging, "delete from jobs")
            let some = try await scene.sluice("smoke", "staging", "--tag", "fast")
            #expect(some.status == 0)
            #expect(!some.stdout.contains("sluice release"))
            let all = try await scene.sluice("smoke", "staging")
            #expect(all.status == 0)
            #expect(all.stdout.contains("next:  sluice release staging --reason"))
            let wrong = try await scene.sluice("smoke", "staging", "--tag", "fats")
            #expect(wrong.status == 64)
            #expect(wrong.stderr.contains("Did you mean fast?"))
        }
    }

    @Test func remindersAreShownAndTickedOff() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration(
                "20240101000000_jobs",
                "-- sluice:after Remove the feature flag jobs.\nCREATE TABLE jobs (id int);")
            let deployed = try await scene.sluice("deploy", "staging")
            #expect(
                deployed.stdout.contains(
                    "Remove the feature flag jobs.  20240101000000_jobs, since"))
            #expect(deployed.stdout.contains("sluice reminders staging --done 1"))
            let shown = try await scene.sluice("reminders", "staging")
            #expect(shown.status == 0 && shown.stdout.contains("Remove the feature flag"))
            let done = try await scene.sluice("reminders", "staging", "--done", "1")
            #expect(done.stdout == "nothing is left to do after the deployments to staging.\n")
            #expect(try await scene.sluice("reminders", "staging", "--done", "1").status == 64)
        }
    }

    @Test func aSignalEndsTheWatching() async throws {
        let lines = """
            smoke:
                  - { name: answers, sql: "select true" }
                bake: 10m
            """
        try await ReleaseScene.with(configuration: Self.configuration(lines)) { scene in
            try scene.migration("20240101000000_jobs", "CREATE TABLE jobs (id int);")
            let process = try ProcessRunner.start(
                scene.program, ["deploy", "staging"], environment: scene.variables,
                directory: scene.git.path)
            _ = try await process.waitForOutput { $0.contains("watching for 10 min") }
            process.kill(SIGINT)
            let output = try await process.wait()
            #expect(output.status == 130, "\(output.stderr)")
            #expect(output.stderr.contains("every required check has passed so far"))
            #expect(
                try await scene.query(scene.staging, "select verdict from _sluice.deployments")
                    == "interrupted")
            #expect(try await scene.sluice("status", "staging").status == 0)
            let checked = try await scene.sluice("check")
            #expect(checked.stdout.contains("1 check, 1 required"), "\(checked.stdout)")
        }
    }

    /// Killed while the application is out of service: the next run brings it back.
    @Test func maintenanceModeSurvivesNoKill() async throws {
        let lines = """
            maintenance:
                  on: { sql: "insert into switches values ('on')" }
                  off: { sql: "insert into switches values ('off')" }
            """
        try await ReleaseScene.with(configuration: Self.configuration(lines)) { scene in
            try scene.migration(
                "20240101000000_switches",
                "CREATE TABLE switches (word text, id int GENERATED ALWAYS AS IDENTITY);")
            #expect(try await scene.sluice("deploy", "staging").status == 0)
            try scene.migration("20240102000000_slow", "SELECT pg_sleep(600);")
            let process = try ProcessRunner.start(
                scene.program, ["deploy", "staging", "--maintenance"],
                environment: scene.variables, directory: scene.git.path)
            _ = try await process.waitForOutput { $0.contains("maintenance mode on") }
            process.kill()
            _ = try await process.wait()
            // The server notices the loss of its client when it next looks.
            _ = try await scene.query(
                scene.staging,
                """
                select pg_terminate_backend(pid, 60000) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid()
                """)
            let next = try await scene.sluice("smoke", "staging")
            #expect(next.stdout.contains("was switched off"), "\(next.stdout)\(next.stderr)")
            #expect(
                try await scene.query(
                    scene.staging, "select string_agg(word, ' ' order by id) from switches")
                    == "on off")
        }
    }
}

/// The names in a JUnit file.
private final class JUnitOutline: NSObject, XMLParserDelegate {
    var suite: [String: String] = [:]
    var names: [String] = []

    init(_ xml: String) throws {
        super.init()
        let parser = XMLParser(data: Data(xml.utf8))
        parser.delegate = self
        if !parser.parse() { throw UnexpectedOutput(status: 0, stdout: xml, stderr: "not XML") }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
    ) {
        if name == "testsuite" { suite = attributes }
        if name == "testcase" { names.append(attributes["name"] ?? "") }
    }
}
