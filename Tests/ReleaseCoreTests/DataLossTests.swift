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

    static let all: [LossCase] =
        [
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
            .init(
                "DELETE FROM jobs WHERE id = 1",
                "1 row of public.jobs and the rows of public.applications that refer to them"),
            .init("DELETE FROM jobs WHERE id = 9"),
            .init("DELETE FROM jobs WHERE true", "3 rows of public.jobs", "1 row of public.applic"),
            .init("DELETE FROM jobs USING empty", "3 rows of public.jobs"),
            .init("DELETE FROM jobs USING old.things", "3 rows of public.jobs"),
            .init("DELETE FROM jobs USING old.things t WHERE t.x = id", "1 row of public.jobs"),
            .init(
                "WITH t AS (SELECT x FROM old.things) DELETE FROM jobs j USING t WHERE t.x = j.id",
                "1 row of"),
            .init(
                "CREATE TABLE n AS SELECT 1 x; DELETE FROM jobs USING n WHERE n.x = id",
                "up to 3 rows"),
            .init(
                "UPDATE jobs SET never = 'x'; DELETE FROM jobs WHERE never = 'x'", "up to 3 rows"),
            .init(
                "SET search_path = old; DELETE FROM things WHERE x > 0", "up to 1 row of old.things"
            ),
            .init("ALTER TABLE jobs ADD y int; DELETE FROM jobs WHERE y IS NULL", "up to 3 rows"),
            .init("UPDATE jobs SET title = NULL WHERE id > 1", "2 values of public.jobs.title"),
            .init("UPDATE jobs SET title = NULL WHERE id > 5"),
            .init("UPDATE jobs SET title = 'x' WHERE 1 = 1", "3 values of public.jobs.title"),
            .init("UPDATE jobs SET title = 'x' WHERE title IS NULL"),
            .init("DELETE FROM titles", "3 rows of public.titles"),
            .init("DELETE FROM titles WHERE title = 'a'", "1 row of public.titles"),
            .init("DELETE FROM ruled", "a rule decides what becomes of public.ruled"),
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
                "2 values of public.jobs.price that would be converted"),
            .init(
                "ALTER TABLE jobs ALTER COLUMN title TYPE text USING ''",
                "3 values of public.jobs.title that would be converted"),
            .init("ALTER TABLE jobs ALTER COLUMN title TYPE text USING coalesce(title, 'none')"),
            .init("ALTER TABLE jobs ALTER COLUMN title TYPE varchar USING (title::text)::varchar"),
            .init(
                "ALTER TABLE jobs ALTER COLUMN title TYPE integer USING length(title)",
                "3 values of public.jobs.title that would be converted"),
            .init("DROP SCHEMA old CASCADE", "1 row of old.things"),
            .init("DROP TYPE mood CASCADE", "1 value of public.jobs.mood"),
            .init("DROP OWNED BY CURRENT_USER", "it cannot be counted: it drops everything"),
            .init(
                "ALTER TABLE jobs RENAME TO work; DROP TABLE work CASCADE", "3 rows of public.jobs"),
            .init("CREATE TABLE fresh (x int); INSERT INTO fresh VALUES (1); DROP TABLE fresh"),
            .init("SET search_path = old; DROP TABLE things", "1 row of old.things"),
            .init("DO $$ BEGIN DROP TABLE jobs CASCADE; END $$", "3 rows of public.jobs"),
        ] + created + elsewhere + code + held + used

    /// What counts as made by the plan.
    private static let created: [LossCase] = [
        .init("CREATE TABLE IF NOT EXISTS jobs (x int); DROP TABLE jobs CASCADE", "3 rows of"),
        .init("CREATE TABLE IF NOT EXISTS fresh (x int); DROP TABLE fresh"),
        .init(
            "ALTER TABLE jobs ADD COLUMN IF NOT EXISTS budget int; ALTER TABLE jobs DROP budget",
            "2 values of public.jobs.budget"),
        .init("ALTER TABLE jobs ADD COLUMN IF NOT EXISTS y int; UPDATE jobs SET y = 1"),
        .init(
            "DO $$ BEGIN CREATE TABLE jobs (x int); EXCEPTION WHEN others THEN NULL; END $$; DROP TABLE jobs CASCADE",
            "3 rows of public.jobs"),
        .init(
            "BEGIN; ALTER TABLE jobs RENAME TO a; CREATE TABLE jobs (x int); ROLLBACK; DROP TABLE jobs CASCADE",
            "3 rows of public.jobs"),
        .init(
            "BEGIN; CREATE TEMP TABLE jobs (x int); ROLLBACK; DROP TABLE jobs CASCADE", "3 rows of"),
        .init(
            "BEGIN; SAVEPOINT s; CREATE TEMP TABLE jobs (x int); ROLLBACK TO s; COMMIT; DROP TABLE jobs CASCADE",
            "3 rows of"),
        .init("BEGIN; CREATE TABLE fresh (x int); COMMIT; DROP TABLE fresh"),
        .init("CREATE TEMP TABLE jobs (x int); DROP TABLE jobs"),
        .init("CREATE TEMP TABLE jobs (x int); DISCARD TEMP; DROP TABLE jobs CASCADE", "3 rows of"),
        .init(
            "BEGIN; CREATE TEMP TABLE jobs (x int) ON COMMIT DROP; COMMIT; DROP TABLE jobs CASCADE",
            "3 rows of"),
        .init(
            "SELECT set_config('search_path', 'old', false); DROP TABLE things",
            "1 row of old.things"),
    ]

    /// Rows that go in the middle of other statements.
    private static let elsewhere: [LossCase] = [
        .init(
            "MERGE INTO jobs USING empty e ON e.x = id WHEN MATCHED THEN DELETE", "up to 3 rows"),
        .init(
            "MERGE INTO jobs USING empty e ON e.x = id WHEN MATCHED THEN UPDATE SET never = '', budget = 0",
            "up to 2 values of public.jobs.budget"),
        .init(
            "MERGE INTO jobs j USING empty e ON e.x = id WHEN NOT MATCHED THEN INSERT (id) VALUES (e.x)"
        ),
        .init("COPY (DELETE FROM jobs RETURNING *) TO '/dev/null'", "3 rows of public.jobs"),
        .init("EXPLAIN ANALYZE DELETE FROM jobs", "3 rows of public.jobs"),
        .init("EXPLAIN DELETE FROM jobs"),
        .init(
            "INSERT INTO jobs VALUES (1, 'z') ON CONFLICT (id) DO UPDATE SET title = excluded.title",
            "up to 3 values of public.jobs.title"),
        .init("INSERT INTO jobs VALUES (1, 'z') ON CONFLICT DO NOTHING"),
        .init(
            "INSERT INTO jobs VALUES (1, 'z') ON CONFLICT (id) DO UPDATE SET never = 'x'"),
        .init(
            "CREATE TABLE z AS WITH d AS (DELETE FROM applications RETURNING job) SELECT * FROM d",
            "1 row of"),
        .init("PREPARE p AS DELETE FROM applications; EXECUTE p", "1 row of public.applications"),
        .init(
            "CREATE RULE r AS ON INSERT TO empty DO ALSO DELETE FROM jobs; INSERT INTO empty VALUES (1)",
            "a trigger or rule on empty, which deletes rows of jobs"),
        .init("CREATE RULE r AS ON INSERT TO empty DO ALSO DELETE FROM jobs"),
        .init("ALTER TYPE pair DROP ATTRIBUTE a CASCADE", "1 value of public.pairs.p"),
        .init("SELECT lo_unlink(1)", "calls lo_unlink"),
    ]

    /// What the plan made, with something older in its reach.
    private static let held: [LossCase] = [
        .init("CREATE VIEW v AS SELECT * FROM jobs; DELETE FROM v", "into the reach of v"),
        .init(
            "CREATE VIEW v AS SELECT * FROM jobs; CREATE VIEW w AS TABLE v; DELETE FROM w",
            "into the reach of w"),
        .init("CREATE VIEW v AS SELECT * FROM jobs; DROP VIEW v"),
        .init("CREATE TABLE n (x int); CREATE VIEW v AS TABLE n; DELETE FROM v"),
        .init(
            "CREATE TABLE n (LIKE jobs); ALTER TABLE jobs INHERIT n; DELETE FROM n",
            "into the reach of n"),
        .init(
            "CREATE TABLE n (LIKE empty) PARTITION BY LIST (x); ALTER TABLE n ATTACH PARTITION empty DEFAULT; ALTER TABLE n RENAME TO p; TRUNCATE p",
            "into the reach of p"),
        .init(
            "CREATE TABLE n (LIKE empty) PARTITION BY LIST (x); ALTER TABLE n ATTACH PARTITION empty DEFAULT; DROP TABLE n CASCADE",
            "into the reach of n"),
        .init(
            "CREATE TABLE n (LIKE empty) PARTITION BY LIST (x); CREATE TABLE m PARTITION OF n DEFAULT PARTITION BY LIST (x); ALTER TABLE m ATTACH PARTITION empty DEFAULT; DELETE FROM n",
            "into the reach of n"),
        .init(
            "CREATE TABLE n (x int) PARTITION BY LIST (x); CREATE TABLE m PARTITION OF n DEFAULT; TRUNCATE n; DROP TABLE n"
        ),
        .init(
            "CREATE SCHEMA ns; ALTER TABLE jobs SET SCHEMA ns; DROP SCHEMA ns CASCADE",
            "into the reach of ns"),
        .init("CREATE SCHEMA ns; CREATE TABLE ns.t (x int); DROP SCHEMA ns CASCADE"),
        .init(
            "CREATE TYPE m AS ENUM ('fine'); ALTER TABLE jobs ALTER mood TYPE m USING mood::text::m; DROP TYPE m CASCADE",
            "into the reach of m"),
    ]

    /// Routines that something else runs, and what a session is.
    private static let used: [LossCase] = [
        .init(
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DELETE FROM jobs; SELECT 1'; CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; SELECT f()",
            "it runs f, which deletes rows of jobs"),
        .init(
            "CREATE FUNCTION wipe(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; SELECT wipe()",
            "calls wipe, which deletes rows of jobs"),
        .init(
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DELETE FROM jobs; SELECT 1'; CREATE VIEW v AS SELECT f(); TABLE v",
            "it uses f of this plan"),
        .init(
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DELETE FROM jobs; SELECT 1'; SELECT query_to_xml('SELECT f()', true, true, '')",
            "it uses f of this plan"),
        .init(
            "CREATE FUNCTION f(int, int) RETURNS int LANGUAGE sql AS 'DELETE FROM jobs; SELECT 1'; CREATE OPERATOR ### (LEFTARG = int, RIGHTARG = int, FUNCTION = f)",
            "it uses f of this plan"),
        .init(
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DELETE FROM jobs; SELECT 1'; COMMENT ON FUNCTION f() IS 'f'; GRANT EXECUTE ON FUNCTION f() TO PUBLIC; DROP FUNCTION f()"
        ),
        .init(
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE VIEW v AS SELECT f()"
        ),
        .init(
            "UPDATE pg_catalog.pg_attribute SET attisdropped = true WHERE attname = 'title'",
            "it writes the system catalog pg_attribute"),
        .init("INSERT INTO pg_rewrite SELECT * FROM pg_rewrite", "writes the system catalog"),
        .init(
            "DELETE FROM jobs WHERE id < (SELECT setting::int FROM pg_settings WHERE name = 'x')",
            "up to 3 rows"),
        .init("DELETE FROM jobs WHERE title = current_setting('x.y', true)", "up to 3 rows"),
        .init("DELETE FROM jobs WHERE id = 9 AND price < length(title)"),
    ]

    private static let code: [LossCase] = [
        .init("DO $$ BEGIN DELETE FROM jobs WHERE CURRENT OF c; END $$", "up to 3 rows"),
        .init(
            "DO $$ DECLARE t text := 'jobs'; BEGIN EXECUTE 'DELETE FROM ' || t; END $$",
            "only its run tells"),
        .init("DO $$ DECLARE t text := 'jobs'; BEGIN EXECUTE t; END $$", "only its run tells"),
        .init(
            "DO $$ BEGIN EXECUTE format('ALTER TABLE %I DROP COLUMN budget', 'jobs'); END $$",
            "says “drop”"),
        .init(
            "DO $$ BEGIN EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', 'jobs', 'x'); END $$"),
        .init(
            "DO $$ BEGIN EXECUTE 'CREATE INDEX ' || quote_ident('i') || ' ON jobs (title)'; END $$"),
        .init(
            "DO $$ DECLARE r record; BEGIN FOR r IN DELETE FROM jobs RETURNING * LOOP END LOOP; END $$",
            "“delete”"),
        .init("DO $$ BEGIN PERFORM wipe(); END $$", "calls wipe, which deletes rows of jobs"),
        .init(
            "DO $$ BEGIN IF EXISTS (SELECT FROM jobs FOR UPDATE) THEN RAISE NOTICE 'on delete'; END IF; END $$"
        ),
        .init("SELECT wipe()", "calls wipe, which deletes rows of jobs"),
        .init(
            "SELECT outer_wipe()", "calls outer_wipe, which calls public.wipe, which deletes rows"),
        .init("SELECT harmless(), now(), gen_random_uuid(), nowhere_known()"),
        .init("SELECT dynamic()", "calls dynamic, which may take something away"),
        .init("ALTER TABLE empty ADD y int DEFAULT wipe()", "calls wipe"),
        .init("CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM jobs'"),
        .init(
            "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM jobs'; SELECT f()",
            "it runs f, which deletes rows of jobs"),
        .init("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; SELECT f()"),
        .init(
            "CREATE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC DELETE FROM jobs; END; CALL p()",
            "it runs p, which deletes rows of jobs"),
        .init(
            "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN TRUNCATE jobs CASCADE; END $$; CALL p()",
            "it runs p, which empties jobs"),
        .init(
            "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM jobs; RETURN NULL; END $$; CREATE TRIGGER t AFTER INSERT ON empty EXECUTE FUNCTION g(); INSERT INTO empty VALUES (1)",
            "a trigger or rule on empty"),
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
        CREATE TABLE ruled (x int); CREATE RULE away AS ON DELETE TO ruled DO ALSO DELETE FROM jobs;
        CREATE TYPE pair AS (a int, b int); CREATE TABLE pairs (p pair); INSERT INTO pairs VALUES ((1, 2));
        CREATE FUNCTION wipe() RETURNS int LANGUAGE plpgsql AS $$ BEGIN DELETE FROM jobs; RETURN 1; END $$;
        CREATE FUNCTION outer_wipe() RETURNS int LANGUAGE sql AS 'SELECT public.wipe()';
        CREATE FUNCTION harmless() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;
        CREATE FUNCTION dynamic() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE current_setting('x.y'); END $$;
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
            let gate = try Self.judged(fixture)
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

    /// What the gate says of the plan for staging.
    private static func judged(_ fixture: DeploymentFixture) throws -> GateResult {
        let prepared = try PlanBuilder(try fixture.workspace()).prepare("staging")
        return try #require(prepared.gates.first { $0.gate == .dataLoss })
    }

    @Test("is told in the order of the scripts")
    func order() async throws {
        try await DeploymentFixture.use(Self.gate) { fixture in
            try fixture.write("1", Self.contents)
            try fixture.deploy()
            try fixture.write("2", "DELETE FROM jobs;\nSELECT wipe();\nDROP TABLE old.things")
            try fixture.write("3", "DROP OWNED BY CURRENT_USER")
            let gate = try Self.judged(fixture)
            #expect(
                gate.details.map { $0.prefix { $0 != ":" } } == [
                    "2, line 1", "2, line 1", "2, line 2", "2, line 3", "3, line 1",
                ])
        }
    }

    @Test("by the name of another migration's temporary table is a real table's")
    func temporaryNames() async throws {
        try await DeploymentFixture.use(Self.gate) { fixture in
            try fixture.write("1", Self.contents)
            try fixture.deploy()
            try fixture.write("2", "CREATE TEMP TABLE applications (x int)")
            try fixture.write("3", "DROP TABLE applications")
            let gate = try Self.judged(fixture)
            #expect(gate.evidence.contains("1 row of public.applications"))
        }
    }

    @Test("needs a way back only where something is taken away from this database")
    func rollbackNotes() async throws {
        try await DeploymentFixture.use("gates: { rollback_notes: {} }") { fixture in
            try fixture.write("1", Self.contents)
            try fixture.deploy()
            for (script, outcome) in [
                ("DROP TABLE IF EXISTS nowhere", GateResult.Outcome.pass),
                ("DROP TABLE empty", .block),
                ("SELECT harmless_too()", .pass), ("SELECT wipe()", .block),
                ("DELETE FROM jobs WHERE id = 9", .pass), ("DELETE FROM jobs WHERE id = 1", .block),
                ("CREATE TABLE IF NOT EXISTS fresh (x int); DROP TABLE fresh", .pass),
            ] {
                try fixture.write("2", script)
                let prepared = try PlanBuilder(try fixture.workspace()).prepare("staging")
                #expect(prepared.gates.map(\.outcome) == [outcome], "\(script)")
            }
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
            case .exactly, .upTo: Issue.record("3 million rows were counted in a millisecond")
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
