import Foundation
import PostgresLink
import Synchronization
import TestSupport
import Testing

@testable import ReleaseCore

/// What follows once the migrations are applied.
@Suite("The verdict")
struct VerdictTests {
    @Test("is degraded by an index that was left invalid")
    func invalidIndex() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE jobs (id int)")
            #expect(try fixture.deploy().verdict == .succeeded)
            // Somebody else's, from before: not this deployment's fault.
            try fixture.ask(
                """
                CREATE INDEX old ON jobs (id);
                UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'old'::regclass
                """)
            try fixture.write("2", "CREATE TABLE more (id int)")
            let clean = try fixture.deploy()
            #expect(clean.verdict == .succeeded && clean.smoke == nil)
            try fixture.write(
                "3",
                """
                CREATE INDEX broken ON jobs (id);
                UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'broken'::regclass;
                """)
            let report = try fixture.deploy()
            #expect(report.verdict == .degraded)
            #expect(report.smoke?.results.map(\.name) == ["indexes valid"])
            #expect(report.smoke?.results.first?.detail.hasSuffix(" broken.") == true)
            #expect(try fixture.status().state == .held)
        }
    }

    @Test("tells of constraints that were left not validated, and lets them be")
    func notValid() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write(
                "1",
                "CREATE TABLE jobs (id int); ALTER TABLE jobs ADD CONSTRAINT \"C\" CHECK (id > 0) NOT VALID"
            )
            let report = try fixture.deploy()
            #expect(report.verdict == .succeeded)
            #expect(
                report.smoke?.results.map(\.detail) == ["left NOT VALID: validate \"C\" on jobs."])
            #expect(report.smoke?.results.map(\.required) == [false])
        }
    }

    @Test("waits for the bake time, and a check that fails meanwhile degrades")
    func bake() async throws {
        let settings = """
            smoke: [ { name: calm, sql: select not alarm from state } ]
            bake: { for: 60s, every: 10ms }
            """
        try await DeploymentFixture.use(settings) { fixture in
            try fixture.write("1", "CREATE TABLE state AS SELECT false AS alarm")
            let report = try fixture.deploy { event in
                guard case .baking = event else { return }
                _ = try? fixture.ask("UPDATE state SET alarm = true")
            }
            #expect(report.verdict == .degraded)
            #expect(report.smoke?.results.map(\.outcome) == [.failed])
            #expect(
                try fixture.status().hold?.reason == "smoke check failed after deployment: calm")
        }
    }

    @Test("is success when the bake time went by, and interrupted when it was cut short")
    func bakeEnds() async throws {
        let settings = """
            smoke: [ { name: calm, sql: select true } ]
            bake: { for: 100ms, every: 10ms }
            """
        try await DeploymentFixture.use(settings) { fixture in
            try fixture.write("1", "CREATE TABLE jobs (id int)")
            #expect(try fixture.deploy().verdict == .succeeded)
            try fixture.configure(settings.replacing("100ms", with: "10m"))
            try fixture.write("2", "CREATE TABLE more (id int)")
            let interrupt = Interrupt()
            let report = try fixture.deploy(interrupt: interrupt) { event in
                if case .baking = event { interrupt.raise() }
            }
            #expect(report.verdict == .interrupted)
            #expect(report.applied == ["2"])
            #expect(report.obstacle?.state.contains("passed so far") == true)
            #expect(
                try fixture.ask("SELECT outcome FROM _sluice.smoke_runs") == ["passed", "passed"])
            #expect(try fixture.status().state == .upToDate)
        }
    }

    @Test("of a check that could not be asked holds, and opens no hotfix")
    func undecided() async throws {
        let port = try LoopbackServer(answer: nil).port
        let settings = """
            smoke: [ { name: health, http: "http://127.0.0.1:\(port)/" } ]
            on_failure: hotfix
            """
        try await DeploymentFixture.use(settings) { fixture in
            try fixture.write("1", "CREATE TABLE jobs (id int)")
            let report = try fixture.deploy()
            #expect(report.verdict == .degraded)
            #expect(report.smoke?.outcome == .error)
            #expect(report.hotfix == nil && report.notes.isEmpty)
            #expect(
                try fixture.status().hold?.reason
                    == "smoke check could not tell after deployment: health")
        }
    }

    @Test("is written down though the session was ended while the checks ran")
    func lostSession() async throws {
        let check = """
            SELECT count(pg_terminate_backend(pid)) > 0 FROM pg_stat_activity
            WHERE datname = current_database() AND application_name LIKE 'sluice/%'
              AND pid <> pg_backend_pid()
            """
        try await DeploymentFixture.use(
            "smoke: [{ name: ends it, sql: \"\(check.replacing("\n", with: " "))\" }]"
        ) { fixture in
            try fixture.write("1", "CREATE TABLE t (a int)")
            let report = try fixture.deploy()
            #expect(report.verdict == .succeeded)
            #expect(report.notes == [])
            #expect(try fixture.ask("SELECT verdict FROM _sluice.deployments") == ["succeeded"])
            #expect(try fixture.ask("SELECT outcome FROM _sluice.smoke_runs") == ["passed"])
        }
    }

    @Test("remembers what a script asks for with what it did, however the deployment ends")
    func remindersOfFailures() async throws {
        try await DeploymentFixture.use("after_deploy: [Watch the error rate.]") { fixture in
            try fixture.write("1", "-- sluice:after Tell support.\nCREATE TABLE jobs (id int)")
            try fixture.write(
                "2",
                "-- sluice:after Look at it.\nVACUUM jobs;\nCREATE INDEX CONCURRENTLY i ON jobs (id)"
            )
            try fixture.write("3", "-- sluice:after Never said.\nSELECT 1/0")
            let failed = try fixture.deploy()
            #expect(failed.verdict == .failed)
            #expect(failed.reminders.map(\.text) == ["Tell support.", "Look at it."])
            #expect(failed.reminders.map(\.migration) == ["1", "2"])
            try fixture.write("3", "-- sluice:after At last.\nSELECT 1")
            #expect(
                try fixture.deploy().reminders.map(\.text)
                    == ["Tell support.", "Look at it.", "At last.", "Watch the error rate."])
        }
    }

    @Test("remembers what people have to do until it is done")
    func reminders() async throws {
        try await DeploymentFixture.use("after_deploy: [Watch the error rate.]") { fixture in
            try fixture.write(
                "1",
                "-- sluice:after Tell support.\n-- sluice:flag jobs\nCREATE TABLE jobs (id int)")
            let report = try fixture.deploy()
            #expect(
                report.reminders.map(\.text)
                    == [
                        "Tell support.", "Remove the feature flag jobs after confidence.",
                        "Watch the error rate.",
                    ])
            try fixture.write("2", "CREATE TABLE more (id int)")
            #expect(try fixture.deploy().reminders.count == 3)
            let list = ReminderList(try fixture.workspace())
            let first = try #require(try list.open(nil).open.first)
            #expect(
                try list.open(nil, done: [first.id]).open.count == 2)
            #expect(throws: ReleaseError.self) { try list.open(nil, done: [first.id]) }
            #expect(
                try fixture.ask("SELECT done_by FROM _sluice.reminders WHERE done_at IS NOT NULL")
                    == ["Ada"])
        }
    }
}

/// Who is told what a deployment came to.
@Suite("Notifications")
struct NotificationTests {
    @Test("tell webhooks and Slack, without secrets")
    func told() async throws {
        let server = try LoopbackServer(answer: LoopbackServer.answer(200, "ok"))
        let settings = """
            smoke: [ { name: jobs, sql: "select ${API_TOKEN} = 'x'" }, { name: fine, sql: select true } ]
            notify:
              - { webhook: "\(server.url)hook", headers: { X-Key: "${API_TOKEN}" } }
              - { slack: "\(server.url)slack", on: [degraded] }
              - { slack: "\(server.url)never", on: [succeeded] }
            """
        try await DeploymentFixture.use(settings) { fixture in
            var fixture = fixture
            fixture.variables["API_TOKEN"] = "s3cret-token"
            try fixture.write("1", "CREATE TABLE \"s3cret-token\" (id int)")
            let report = try fixture.deploy()
            #expect(report.verdict == .degraded)
            #expect(report.notes.isEmpty)
        }
        let requests = server.received.sorted { $0.path < $1.path }
        #expect(requests.map(\.path) == ["/hook", "/slack"])
        let body = try JSONDecoder().decode(
            JSONValue.self, from: Data(try #require(requests.first).body.utf8))
        func value(_ pointer: String) -> JSONValue? { JSONPointer(pointer)?.value(in: body) }
        #expect(value("/event") == .string("deployment"))
        #expect(value("/environment") == .string("staging"))
        #expect(value("/verdict") == .string("degraded"))
        #expect(value("/hold") == .boolean(true))
        #expect(value("/applied") == .array([.string("1")]))
        #expect(value("/smoke/0/name") == .string("jobs"))
        #expect(value("/smoke/1") == nil)
        #expect(requests.first?.text.contains("X-Key: s3cret-token") == true)
        #expect(
            requests.last?.body
                == #"{"text":":warning: staging: 1 migration applied, a smoke check failed (jobs); it is on hold."}"#
        )
    }

    @Test("that reach nobody change nothing and are told")
    func unheard() async throws {
        let server = try LoopbackServer(answer: LoopbackServer.answer(500, "no"))
        try await DeploymentFixture.use("notify: [ { webhook: \"\(server.url)\" } ]") { fixture in
            try fixture.write("1", "CREATE TABLE jobs (id int)")
            let report = try fixture.deploy()
            #expect(report.verdict == .succeeded)
            #expect(report.notes == ["\(server.url) could not be notified: it answered 500."])
        }
        #expect(server.received.count == 3)
    }
}

@Suite("Maintenance mode")
struct MaintenanceTests {
    private static let switches = """
        maintenance:
          on: { sql: "insert into switches values ('on')" }
          off: { sql: "insert into switches values ('off')" }
          deploy: true
        """

    private func prepare(_ fixture: DeploymentFixture) throws {
        try fixture.write(
            "1", "CREATE TABLE switches (word text, id int GENERATED ALWAYS AS IDENTITY)")
        try fixture.configure("")
        try fixture.deploy()
        try fixture.configure(Self.switches)
    }

    private func words(_ fixture: DeploymentFixture) throws -> [String] {
        try fixture.ask("SELECT word FROM switches ORDER BY id")
    }

    @Test("is on while the migrations run, and off when they have failed")
    func around() async throws {
        try await DeploymentFixture.use { fixture in
            try prepare(fixture)
            try fixture.write("2", "INSERT INTO switches VALUES ('migration')")
            #expect(try fixture.deploy().verdict == .succeeded)
            #expect(try words(fixture) == ["on", "migration", "off"])
            try fixture.write("3", "SELECT oops")
            #expect(try fixture.deploy().verdict == .failed)
            #expect(try words(fixture).suffix(2) == ["on", "off"])
            #expect(
                try fixture.ask("SELECT count(*), count(turned_off_at) FROM _sluice.maintenance")
                    == ["2|2"])
        }
    }

    @Test("is off when somebody has stopped the deployment")
    func interrupted() async throws {
        try await DeploymentFixture.use { fixture in
            try prepare(fixture)
            try fixture.write("2", "SELECT pg_sleep(600)")
            let interrupt = Interrupt()
            let report = try fixture.deploy(interrupt: interrupt) { event in
                if case .started = event { interrupt.raise() }
            }
            #expect(report.verdict == .interrupted)
            #expect(try words(fixture) == ["on", "off"])
        }
    }

    @Test(
        "of a run that was killed behind its migrations is settled by the next one",
        arguments: [true, false])
    func settledLater(_ isGood: Bool) async throws {
        let checks = "smoke:\n  - { name: one, sql: \"select \(isGood)\" }"
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.deploy()
            // As the ledger stands when nobody came to write a verdict.
            let id = "00000000-0000-4000-8000-000000000001"
            try fixture.ask(
                """
                INSERT INTO _sluice.deployments (id, digest, actor) VALUES ('\(id)', 'd', 'Ada');
                INSERT INTO _sluice.steps (deployment, migration, checksum, outcome, started_at)
                VALUES ('\(id)', '1', 'c', 'applied', now())
                """)
            try fixture.configure(checks)
            let session = try fixture.connect()
            // It is still at work: nobody else may judge it.
            #expect(try DeploymentLock.own.tryAcquire(session))
            #expect(try fixture.deploy().smoke == nil)
            try DeploymentLock.own.release(session)
            let report = try fixture.deploy()
            #expect(report.verdict == (isGood ? .nothingToDo : .degraded))
            #expect(report.smoke?.results.map(\.name) == ["one"])
            #expect(report.notes.contains { $0.contains("was stopped before its checks") })
            #expect(
                try fixture.ask("SELECT verdict FROM _sluice.deployments WHERE id = '\(id)'")
                    == [isGood ? "succeeded" : "degraded"])
            #expect(
                try fixture.ask("SELECT deployment FROM _sluice.smoke_runs") == [id])
            #expect(try fixture.ask("SELECT count(*) FROM _sluice.holds") == [isGood ? "0" : "1"])
            if isGood { #expect(try fixture.deploy().smoke == nil) }
        }
    }

    @Test("that a killed run has left on is lifted by the next one, whatever that does")
    func leftover() async throws {
        try await DeploymentFixture.use { fixture in
            try prepare(fixture)
            let session = try fixture.connect()
            try LedgerWriter.rememberMaintenance(session, deployment: nil, by: "Eve")
            // Its run is still at work: nobody else may switch it off.
            #expect(try DeploymentLock.own.tryAcquire(session))
            let stage = SmokeStage(workspace: try fixture.workspace())
            #expect(try stage.run("staging").notes.isEmpty)
            try DeploymentLock.own.release(session)
            let report = try fixture.deploy()
            #expect(report.verdict == .nothingToDo)
            #expect(report.notes.first?.contains("by Eve, was switched off") == true)
            #expect(try words(fixture) == ["off"])
            #expect(try fixture.deploy().notes.isEmpty)
        }
    }

    @Test("that cannot be switched on lets nothing run")
    func refused() async throws {
        try await DeploymentFixture.use { fixture in
            try prepare(fixture)
            try fixture.configure(Self.switches.replacing("values ('on')", with: "select oops"))
            try fixture.write("2", "CREATE TABLE more (id int)")
            #expect(throws: ReleaseError.self) { try fixture.deploy() }
            #expect(try fixture.ask("SELECT to_regclass('more') IS NULL") == ["t"])
            #expect(try words(fixture) == ["off"])
        }
    }

    @Test("that cannot be switched off degrades, and the next run tries again")
    func stuck() async throws {
        try await DeploymentFixture.use { fixture in
            try prepare(fixture)
            try fixture.configure(
                Self.switches.replacing("values ('off')", with: "select word from off_words"))
            try fixture.write("2", "CREATE TABLE more (id int)")
            let report = try fixture.deploy()
            #expect(report.verdict == .degraded)
            #expect(report.smoke?.results.map(\.name) == ["maintenance mode off"])
            #expect(report.smoke?.blamesMigrations == false)
            try fixture.ask("CREATE TABLE off_words AS SELECT 'off at last' AS word")
            let notes = try SmokeStage(workspace: try fixture.workspace()).run("staging").notes
            #expect(notes.first?.contains("was switched off") == true)
            #expect(try words(fixture) == ["on", "off at last"])
        }
    }

    @Test("is switched by a request or a command, and asked for by a flag")
    func otherWays() async throws {
        let server = try LoopbackServer(answer: LoopbackServer.answer(204, ""))
        let settings = """
            maintenance:
              on: { http: "\(server.url)on", method: PUT }
              off: { command: "echo off >off-word" }
            """
        try await DeploymentFixture.use(settings) { fixture in
            try fixture.write("1", "CREATE TABLE jobs (id int)")
            #expect(try fixture.deploy().verdict == .succeeded)
            #expect(server.received.isEmpty)
            try fixture.configure(
                settings.replacing("off-word", with: "\(fixture.directory)/off-word"))
            try fixture.write("2", "CREATE TABLE more (id int)")
            var request = DeploymentRequest(environment: "staging", promotes: false)
            request.underMaintenance = true
            #expect(try Deployer(try fixture.workspace()).run(request).verdict == .succeeded)
            #expect(server.received.map { "\($0.method) \($0.path)" } == ["PUT /on"])
            #expect(FileManager.default.fileExists(atPath: "\(fixture.directory)/off-word"))
            try fixture.configure("")
            try fixture.write("3", "CREATE TABLE again (id int)")
            #expect(throws: ReleaseError.self) {
                try Deployer(try fixture.workspace()).run(request)
            }
        }
    }
}
