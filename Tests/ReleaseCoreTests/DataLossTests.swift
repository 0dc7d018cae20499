import PostgresLink
import SQLAnalysis
import Testing

@testable import ReleaseCore

/// A script, and what it would lose of the rows of ``DataLossTests/contents``.
struct LossCase: Sendable, CustomTestStringConvertible {
    var script: String
    /// Parts of the lines; none where nothing is lost.
    var lost: [String]

    init(_ script: String, _ lost: String...) {
        self.script = script
        self.lost = lost
    }

    var testDescription: String { script }

    static let all: [LossCase] = [
        .init("DROP TABLE jobs CASCADE", "3 rows of public.jobs"),
        .init("DROP TABLE empty"),
        .init("DROP TABLE IF EXISTS nowhere"),
        .init("DROP VIEW titles"),
        .init("ALTER TABLE jobs DROP COLUMN budget", "2 values of public.jobs.budget"),
        .init("ALTER TABLE jobs DROP COLUMN never"),
        .init("ALTER TABLE jobs DROP COLUMN \"Odd name\"", "1 value of public.jobs.Odd name"),
        .init("TRUNCATE applications", "1 row of public.applications"),
        .init(
            "TRUNCATE jobs CASCADE", "3 rows of public.jobs", "1 row of public.applications"),
        .init("DELETE FROM jobs", "3 rows of public.jobs", "1 row of public.applications"),
        .init("DELETE FROM jobs WHERE id = 1"),
        .init("UPDATE jobs SET budget = 1", "2 values of public.jobs.budget"),
        .init("ALTER TABLE jobs ADD COLUMN x int; UPDATE jobs SET x = 1"),
        .init("ALTER TABLE jobs ALTER COLUMN budget TYPE bigint"),
        .init(
            "ALTER TABLE jobs ALTER COLUMN budget TYPE smallint",
            "it cannot be counted in public.jobs"),
        .init(
            "ALTER TABLE jobs ALTER COLUMN price TYPE integer",
            "1 value of public.jobs.price that integer does not hold"),
        .init(
            "ALTER TABLE jobs ALTER COLUMN price TYPE integer USING 0",
            "1 value of public.jobs.price that would be converted"),
        .init(
            "ALTER TABLE jobs ALTER COLUMN title TYPE integer USING length(title)",
            "3 values of public.jobs.title that would be converted"),
        .init("DROP SCHEMA old CASCADE", "1 row of old.things"),
        .init("DROP TYPE mood CASCADE", "1 value of public.jobs.mood"),
        .init("DROP OWNED BY CURRENT_USER", "it cannot be counted: it drops everything"),
        .init("ALTER TABLE jobs RENAME TO work; DROP TABLE work CASCADE", "3 rows of public.jobs"),
        .init("CREATE TABLE fresh (x int); INSERT INTO fresh VALUES (1); DROP TABLE fresh"),
        .init("SET search_path = old; DROP TABLE things", "1 row of old.things"),
        .init("DO $$ BEGIN DROP TABLE jobs CASCADE; END $$", "3 rows of public.jobs"),
    ]
}

@Suite("What a plan would lose")
struct DataLossTests {
    static let contents = """
        CREATE TYPE mood AS ENUM ('fine');
        CREATE TABLE jobs (id int PRIMARY KEY, title text, budget int, never text, price numeric,
                           mood mood, "Odd name" int);
        INSERT INTO jobs VALUES (1, 'a', 5, NULL, 1.5, 'fine', 1), (2, 'b', 100000, NULL, 2, NULL, NULL),
                                (3, 'c', NULL, NULL, NULL, NULL, NULL);
        CREATE VIEW titles AS SELECT title FROM jobs;
        CREATE TABLE applications (job int REFERENCES jobs ON DELETE CASCADE);
        INSERT INTO applications VALUES (1);
        CREATE TABLE empty (x int);
        CREATE SCHEMA old; CREATE TABLE old.things (x int); INSERT INTO old.things VALUES (1);
        """

    private static let gate = "gates: { data_loss: {}, findings: {} }"

    private static func result(_ report: DeploymentReport, _ gate: GateName) -> GateResult? {
        report.gates.first { $0.gate == gate }
    }

    @Test("is counted in the database itself", arguments: LossCase.all)
    func counted(_ example: LossCase) async throws {
        try await DeploymentFixture.use(Self.gate) { fixture in
            try fixture.write("1", Self.contents)
            try fixture.deploy()
            try fixture.write("2", example.script)
            let prepared = try PlanBuilder(try fixture.workspace()).prepare("staging")
            let gate = try #require(prepared.gates.first { $0.gate == .dataLoss })
            #expect(gate.outcome == (example.lost.isEmpty ? .pass : .block), "\(gate.evidence)")
            let lines = gate.evidence + gate.details.joined(separator: "\n")
            for words in example.lost { #expect(lines.contains(words), "\(lines)") }
            if !example.lost.isEmpty { #expect(gate.wayOut?.contains("--accept-loss 2") == true) }
        }
    }

    @Test("blocks a plan that drops a filled column and brings it back, until it is accepted")
    func dropAndHotfix() async throws {
        try await DeploymentFixture.use(Self.gate) { fixture in
            try fixture.write("1", Self.contents)
            try fixture.deploy()
            try fixture.write("2", "ALTER TABLE jobs DROP COLUMN budget")
            try fixture.write("3_hotfix", "ALTER TABLE jobs ADD COLUMN budget int")
            let before = try fixture.picture()
            let blocked = try fixture.deploy()
            #expect(blocked.verdict == .blocked)
            #expect(blocked.deployment == nil)
            #expect(try fixture.picture() == before)
            // Another name is another answer.
            var request = DeploymentRequest(environment: "staging", promotes: false)
            request.answers = GateAnswers(losses: ["3_hotfix"])
            let deployer = Deployer(try fixture.workspace())
            #expect(try deployer.run(request).verdict == .blocked)
            request.answers = GateAnswers(losses: ["2"], reason: "nobody reads it")
            let report = try Deployer(try fixture.workspace()).run(request)
            #expect(report.verdict == .succeeded)
            #expect(Self.result(report, .findings)?.outcome == .pass)
            #expect(
                try fixture.ask(
                    "SELECT kind, migration, reason, accepted_by, detail LIKE '%2 values of public.jobs.budget%' FROM _sluice.accepts"
                ) == ["data_loss|2|nobody reads it|Ada|t"])
            #expect(
                try fixture.ask(
                    """
                    SELECT gate, outcome, evidence ->> 'evidence' LIKE '%2 values%' FROM _sluice.gate_results
                     WHERE deployment = '\(report.deployment ?? "")' AND gate = 'data_loss'
                    """) == ["data_loss|pass|t"])
        }
    }

    @Test("is no question in an empty database, nor for what the plan made itself")
    func emptyDatabase() async throws {
        try await DeploymentFixture.use(Self.gate) { fixture in
            try fixture.write("1", Self.contents)
            for (index, example) in LossCase.all.enumerated() where index < 3 {
                try fixture.write("2_\(index)", "\(example.script);")
            }
            #expect(try fixture.deploy().verdict == .succeeded)
        }
    }

    @Test("is counted again under the lock: rows may have come meanwhile")
    func raced() async throws {
        try await DeploymentFixture.use(Self.gate) { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.deploy()
            try fixture.write("2", "DROP TABLE a")
            let holder = try fixture.connect("holder")
            try holder.execute("SELECT pg_advisory_lock(\(DeploymentLock.prisma.key))")
            let process = holder.backendProcess
            let report = try fixture.deploy(report: { event in
                // The gates have passed by now; the run waits for the lock.
                guard case .waitingForLock = event else { return }
                _ = try? fixture.ask(
                    "INSERT INTO a SELECT 1 WHERE NOT EXISTS (SELECT FROM a); SELECT pg_terminate_backend(\(process))"
                )
            })
            #expect(report.verdict == .blocked)
            #expect(Self.result(report, .dataLoss)?.evidence.contains("1 row of public.a") == true)
            #expect(try fixture.ask("SELECT count(*) FROM a") == ["1"])
        }
    }

    @Test("that takes too long to count is still seen")
    func slow() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.ask(
                "CREATE TABLE a AS SELECT generate_series(1, 3000000) x; CREATE TABLE b (x int)")
            let plan = [
                Make.planned("1", "DROP TABLE a; DROP TABLE b; DROP TABLE c")
            ].map { planned in
                var planned = planned
                planned.losses = PotentialLoss.all(in: [planned.script])
                return planned
            }
            let counter = LossCounter(session: try fixture.connect(), timeout: .milliseconds(1))
            let counted = try counter.count(plan)
            let amount = try #require(counted.first { $0.what.contains("public.a") }).amount
            // A server this slow may not even answer whether there is a row.
            switch amount {
            case .some, .unknown: break
            case .exactly: Issue.record("3 million rows were counted in a millisecond")
            }
            #expect(counted.count == 3)
        }
    }

    @Test("that may not be read is not known, and blocks")
    func withoutRights() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.ask("CREATE TABLE a (x int)")
            let role = try fixture.makeRole()
            var other = fixture
            other.databaseURL = fixture.url(as: role)
            let session = try PostgresSession(
                connecting: try ConnectionTarget(url: other.databaseURL))
            var planned = Make.planned("1", "DROP TABLE a")
            planned.losses = PotentialLoss.all(in: [planned.script])
            let counted = try LossCounter(session: session).count([planned])
            #expect(counted.first?.line.contains("permission denied") == true)
            #expect(
                DataLossGate(environment: "x", counted: counted, failure: nil, accepted: []).result
                    .outcome == .block)
            try fixture.dropRole(role)
        }
    }
}
