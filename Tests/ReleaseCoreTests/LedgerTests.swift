import Foundation
import PostgresLink
import Testing

@testable import ReleaseCore

@Suite("The ledger")
struct LedgerTests {
    @Test("remembers deployments, steps and who ran them")
    func contents() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.write("2", "CREATE TABLE b (x int)")
            let report = try fixture.deploy()
            let id = try #require(report.deployment)
            #expect(
                try fixture.ask(
                    "SELECT id, branch, commit, digest, actor, verdict, finished_at > started_at FROM _sluice.deployments"
                ) == ["\(id)|-|-|\(report.plan.digest)|Ada|succeeded|t"])
            #expect(
                try fixture.ask(
                    """
                    SELECT s.deployment = '\(id)', s.migration, s.outcome, s.checksum = m.checksum,
                           s.started_at = m.started_at AND s.finished_at = m.finished_at
                      FROM _sluice.steps s JOIN _prisma_migrations m ON m.migration_name = s.migration
                     ORDER BY s.id
                    """) == ["t|1|applied|t|t", "t|2|applied|t|t"])
            #expect(
                try fixture.ask("SELECT version, environment FROM _sluice.meta") == [
                    "\(LedgerSchema.version)|staging"
                ])
            let records = try DeploymentHistory(try fixture.workspace()).read("staging", limit: 5)
            #expect(records.map(\.id) == [id])
            #expect(records.first?.steps.map(\.migration) == ["1", "2"])
        }
    }

    @Test("remembers what was said by hand")
    func resolved() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "SELECT 1")
            try fixture.deploy()
            try fixture.write("2", "SELECT 2")
            try fixture.resolver.markApplied("2", in: "staging")
            #expect(
                try fixture.ask(
                    "SELECT migration, outcome, resolved_by FROM _sluice.resolves")
                    == ["2|applied|Ada"])
        }
    }

    @Test("pins the environment's name; another one is refused by everything that writes")
    func pinned() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.deploy()
            try fixture.ask("UPDATE _sluice.meta SET environment = 'production'")
            try fixture.write("2", "CREATE TABLE b (x int)")
            let before = try fixture.picture()
            let ledger = try fixture.ask("SELECT count(*) FROM _sluice.steps")
            let attempts: [(String, () throws -> Void)] = [
                ("deploy", { _ = try fixture.deploy() }),
                ("resolve", { try fixture.resolver.markApplied("2", in: "staging") }),
                ("resolve", { try fixture.resolver.markRolledBack("1", in: "staging") }),
                ("smoke", { _ = try SmokeStage(workspace: fixture.workspace()).run("staging") }),
                ("hold", { try fixture.holds.hold("staging", reason: "x") }),
                ("release", { _ = try fixture.holds.release("staging", reason: "x") }),
            ]
            for (name, attempt) in attempts {
                let error = #expect(throws: ReleaseError.self, "\(name)") { try attempt() }
                #expect(error?.kind == .needsAttention, "\(name)")
                #expect(error?.what.contains("production") == true, "\(name)")
            }
            #expect(try fixture.picture() == before)
            #expect(try fixture.ask("SELECT count(*) FROM _sluice.steps") == ledger)
            #expect(try fixture.ask("SELECT count(*) FROM _sluice.holds") == ["0"])
            #expect(try fixture.status().state == .needsAttention)
        }
    }

    @Test(
        "that cannot be worked with is no unreachable server",
        arguments: [
            ("UPDATE _sluice.meta SET version = 99", "of a newer sluice (layout 99"),
            ("ALTER TABLE _sluice.holds DROP COLUMN reason", "is damaged: column \"reason\""),
            ("DROP TABLE _sluice.smoke_runs CASCADE", "is damaged: relation"),
            ("ALTER TABLE _prisma_migrations DROP COLUMN checksum", "is damaged: column"),
        ])
    func unusable(_ damage: String, _ words: String) async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.deploy()
            try fixture.ask(damage)
            let status = try fixture.status()
            #expect(status.state == .needsAttention)
            #expect(status.failure?.contains(words) == true, "\(status.failure ?? "")")
            #expect(throws: ReleaseError.self) { try fixture.deploy() }
        }
    }

    @Test("of a database that nobody names is out of reach, and not damaged")
    func unnamed() async throws {
        try await DeploymentFixture.use { fixture in
            let text = try String(
                contentsOfFile: "\(fixture.directory)/sluice.yml", encoding: .utf8)
            try text.replacing("${DATABASE_URL}", with: "${NOWHERE_URL}").write(
                toFile: "\(fixture.directory)/sluice.yml", atomically: true, encoding: .utf8)
            let status = try fixture.status()
            #expect(status.state == .unreachable)
            #expect(status.failure?.contains("NOWHERE_URL") == true)
        }
    }

    @Test("tells what earlier runs have left to be done")
    func leftovers() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "-- sluice:after Look at the graphs.\nCREATE TABLE a (x int)")
            try fixture.deploy()
            #expect(try fixture.status().reminders.map(\.text) == ["Look at the graphs."])
            #expect(try fixture.status().maintenance == nil)
            try LedgerWriter.rememberMaintenance(
                try fixture.connect(), deployment: nil, by: "Eve")
            let status = try fixture.status()
            #expect(status.maintenance?.contains("by Eve") == true)
            #expect(status.state == .upToDate)
        }
    }

    @Test("of a newer layout is refused")
    func newerLayout() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.deploy()
            try fixture.ask("UPDATE _sluice.meta SET version = 99")
            try fixture.write("2", "CREATE TABLE b (x int)")
            let error = #expect(throws: ReleaseError.self) { try fixture.deploy() }
            #expect(error?.what.contains("newer") == true)
            #expect(error?.kind == .usage)
        }
    }

    @Test("is done without where the role may not create it, and a note says so")
    func withoutRight() async throws {
        try await DeploymentFixture.use { fixture in
            var fixture = fixture
            let role = try fixture.makeRole()
            defer { _ = try? fixture.dropRole(role) }
            fixture.databaseURL = fixture.url(as: role)
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.write("2", "ALTER TABLE a ADD y int")
            let report = try fixture.deploy()
            #expect(report.verdict == .succeeded)
            #expect(report.notes.joined().contains("GRANT CREATE ON DATABASE"))
            #expect(try fixture.applied() == ["1", "2"])
            #expect(try fixture.ask("SELECT to_regnamespace('_sluice')") == ["-"])
            #expect(try fixture.deploy().verdict == .nothingToDo)
            let error = #expect(throws: ReleaseError.self) {
                try fixture.holds.hold("staging", reason: "x")
            }
            #expect(error?.next.joined().contains("GRANT CREATE") == true)
        }
    }

    @Test("holds block, and releases lift them")
    func holds() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.holds.hold("staging", reason: "it's on fire")
            let blocked = try fixture.deploy()
            #expect(blocked.verdict == .blocked)
            #expect(blocked.gates.map(\.gate) == [.hold])
            #expect(blocked.gates.first?.evidence.hasSuffix("by Ada: it's on fire") == true)
            let status = try fixture.status()
            #expect(status.state == .held)
            #expect(status.hold?.reason == "it's on fire")
            let again = #expect(throws: ReleaseError.self) {
                try fixture.holds.hold("staging", reason: "twice")
            }
            #expect(again?.what.contains("it's on fire") == true)
            #expect(try fixture.holds.release("staging", reason: "it's out"))
            #expect(try !fixture.holds.release("staging", reason: "again"))
            #expect(try fixture.deploy().applied == ["1"])
            #expect(
                try fixture.ask(
                    "SELECT reason, placed_by, release_reason, released_by FROM _sluice.holds")
                    == ["it's on fire|Ada|it's out|Ada"])
        }
    }
}
