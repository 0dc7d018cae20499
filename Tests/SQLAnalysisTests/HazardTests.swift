import SQLAnalysis
import Testing

/// A migration behind a history, and the findings it deserves as `rule severity @statement`.
struct HazardCase: Sendable, CustomTestStringConvertible {
    let sql: String
    let findings: [String]

    init(_ sql: String, _ findings: String...) {
        self.sql = sql
        self.findings = findings
    }

    var testDescription: String { sql }

    /// What is there before.
    static let history = """
        CREATE TYPE mood AS ENUM ('sad', 'glad');
        CREATE DOMAIN email AS text;
        CREATE FUNCTION settled() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1';
        CREATE TABLE users (id int PRIMARY KEY, mail text);
        CREATE TABLE jobs (id int PRIMARY KEY, title varchar(20), body text, pay numeric(10,2),
            owner int, mood mood, at timestamp, state text NOT NULL DEFAULT 'new', mail email,
            CONSTRAINT owned CHECK (owner IS NOT NULL), CONSTRAINT paid CHECK (pay > 0));
        CREATE INDEX jobs_title ON jobs (title);
        CREATE UNIQUE INDEX jobs_body ON jobs (body);
        CREATE VIEW open_jobs AS SELECT id FROM jobs;
        CREATE MATERIALIZED VIEW totals AS SELECT 1 AS one;
        """

    func found(sizes: [ObjectName: TableSize] = [:]) throws -> [Finding] {
        var schema = KnownSchema()
        schema.replay(try Script(Self.history))
        schema.take(sizes)
        schema.beginPlan()
        var linter = Linter(schema: schema)
        return linter.findings(in: try Script(sql))
    }

    func described(sizes: [ObjectName: TableSize] = [:]) throws -> [String] {
        try found(sizes: sizes).map { "\($0.rule) \($0.severity) @\($0.statement)" }
    }
}

@Suite struct HazardTests {
    @Test(arguments: [
        HazardCase("CREATE INDEX i ON jobs (pay)", "index-blocks-writes warning @1"),
        HazardCase("CREATE UNIQUE INDEX i ON jobs (title, body)", "index-blocks-writes warning @1"),
        HazardCase(
            "CREATE UNIQUE INDEX i ON jobs (title)", "index-blocks-writes warning @1",
            "duplicates-refused warning @1"),
        HazardCase("REINDEX TABLE jobs", "reindex-blocks warning @1"),
        HazardCase("REINDEX INDEX jobs_title", "reindex-blocks warning @1"),
        HazardCase("DROP INDEX jobs_title", "drop-index note @1"),
        HazardCase(
            "ALTER TABLE jobs ADD CONSTRAINT f FOREIGN KEY (owner) REFERENCES users (id)",
            "foreign-key-scan warning @1"),
        HazardCase("ALTER TABLE jobs ADD CHECK (id > 0)", "check-scan warning @1"),
        HazardCase(
            "ALTER TABLE jobs ADD UNIQUE (title)", "constraint-builds-index warning @1",
            "duplicates-refused warning @1"),
        HazardCase(
            "ALTER TABLE jobs ADD EXCLUDE (title WITH =)", "constraint-builds-index warning @1"),
        HazardCase("ALTER TABLE jobs ALTER title SET NOT NULL", "set-not-null warning @1"),
        HazardCase("ALTER TABLE jobs ADD c int NOT NULL", "required-column warning @1"),
        HazardCase(
            "ALTER TABLE jobs ADD c uuid DEFAULT gen_random_uuid()", "column-rewrite warning @1"),
        HazardCase("ALTER TABLE jobs ADD c serial", "column-rewrite warning @1"),
        HazardCase("ALTER TABLE jobs ADD c int DEFAULT other()", "column-rewrite warning @1"),
        HazardCase(
            "ALTER TABLE jobs ADD c int GENERATED ALWAYS AS (id) STORED",
            "column-rewrite warning @1"),
        HazardCase("ALTER TABLE jobs ALTER id TYPE bigint", "type-rewrite warning @1"),
        HazardCase("ALTER TABLE jobs ALTER pay TYPE numeric(12,2)", "type-rewrite warning @1"),
        HazardCase("ALTER TABLE jobs SET UNLOGGED", "table-rewrite warning @1"),
        HazardCase("VACUUM FULL jobs", "table-rewrite warning @1"),
        HazardCase("CLUSTER jobs USING jobs_title", "table-rewrite warning @1"),
        HazardCase("REFRESH MATERIALIZED VIEW totals", "refresh-blocks-reads warning @1"),
        HazardCase("ALTER DOMAIN email ADD CHECK (value <> '')", "domain-scan warning @1"),
        HazardCase(
            "ALTER TABLE jobs ADD c int; UPDATE jobs SET c = 1", "work-under-lock warning @2"),
        HazardCase(
            "ALTER TABLE jobs ADD CONSTRAINT n CHECK (id > 0) NOT VALID; "
                + "ALTER TABLE jobs VALIDATE CONSTRAINT n", "work-under-lock warning @2"),
        HazardCase("LOCK TABLE jobs", "explicit-lock note @1"),
        HazardCase(
            "BEGIN; INSERT INTO users VALUES (1); ROLLBACK", "work-thrown-away warning @3"),
        HazardCase("INSERT INTO users VALUES (1); ABORT", "work-thrown-away warning @2"),
        HazardCase("ALTER TABLE jobs RENAME TO tasks", "rename-table warning @1"),
        HazardCase("ALTER TABLE jobs RENAME title TO name", "rename-column warning @1"),
        HazardCase("ALTER TYPE mood RENAME TO feeling", "rename-object warning @1"),
        HazardCase("ALTER TYPE mood RENAME VALUE 'sad' TO 'low'", "rename-object warning @1"),
        HazardCase("ALTER VIEW open_jobs RENAME TO v", "rename-object warning @1"),
        HazardCase("ALTER TABLE jobs SET SCHEMA other", "moved-to-schema warning @1"),
        HazardCase("ALTER TABLE jobs ALTER state DROP NOT NULL", "drop-not-null note @1"),
        HazardCase("ALTER TABLE jobs ALTER state DROP DEFAULT", "drop-default note @1"),
        HazardCase("ALTER TABLE jobs DROP CONSTRAINT jobs_pkey", "drop-constraint note @1"),
        HazardCase("ALTER TABLE jobs ENABLE ROW LEVEL SECURITY", "row-security note @1"),
        HazardCase("REVOKE SELECT ON jobs FROM PUBLIC", "access-taken note @1"),
        HazardCase("ALTER TABLE jobs DISABLE TRIGGER ALL", "trigger-silenced note @1"),
        HazardCase("ALTER TABLE jobs ADD c json", "json-column note @1"),
        HazardCase("DROP EXTENSION citext CASCADE", "drop-dependent error @1"),
        HazardCase("DROP FUNCTION settled()", "drop-dependent note @1"),
        HazardCase(
            "DROP TABLE users; CREATE TABLE users (mail text, id int)", "drop-table error @1",
            "table-recreated error @1"),
        HazardCase(
            "CREATE TABLE n (mail text, id int); INSERT INTO n SELECT mail, id FROM users; "
                + "DROP TABLE users; ALTER TABLE n RENAME TO users", "drop-table error @3",
            "table-recreated warning @3"),
        HazardCase(
            "DO $$ BEGIN ALTER TABLE jobs ADD CHECK (id > 0); END $$", "check-scan warning @1"),
    ])
    private func hazardsAreFound(_ example: HazardCase) throws {
        #expect(try example.described() == example.findings)
    }

    @Test(arguments: [
        "CREATE TABLE n (id int REFERENCES users); CREATE INDEX i ON n (id); "
            + "ALTER TABLE n ADD CHECK (id > 0), ALTER id TYPE bigint, ALTER id SET NOT NULL",
        "CREATE INDEX CONCURRENTLY i ON jobs (pay)",
        "DROP INDEX jobs_title; CREATE INDEX CONCURRENTLY i ON jobs (title, id)",
        "ALTER TABLE jobs ADD c int", "ALTER TABLE jobs ADD c int NOT NULL DEFAULT 1",
        "ALTER TABLE jobs ADD c timestamp NOT NULL DEFAULT now()",
        "ALTER TABLE jobs ADD c int DEFAULT settled()", "ALTER TABLE jobs ADD c jsonb DEFAULT '{}'",
        "ALTER TABLE jobs ADD c int REFERENCES users",
        "ALTER TABLE jobs ADD CONSTRAINT n CHECK (id > 0) NOT VALID",
        "ALTER TABLE jobs ADD CONSTRAINT n FOREIGN KEY (owner) REFERENCES users NOT VALID",
        "ALTER TABLE jobs VALIDATE CONSTRAINT paid", "ALTER TABLE jobs ALTER owner SET NOT NULL",
        "ALTER TABLE jobs ALTER state SET NOT NULL", "ALTER TABLE jobs ALTER title TYPE text",
        "ALTER TABLE jobs ALTER title TYPE varchar(50)",
        "ALTER TABLE jobs ALTER at TYPE timestamp(6)",
        "ALTER TABLE jobs ALTER state SET DEFAULT 'x'", "ALTER TABLE jobs DROP CONSTRAINT paid",
        "ALTER TABLE jobs RENAME TO tasks; CREATE VIEW jobs AS SELECT * FROM tasks",
        "ALTER TABLE jobs ADD CONSTRAINT k UNIQUE USING INDEX jobs_body",
        "ALTER INDEX jobs_title RENAME TO n", "ALTER TABLE jobs RENAME CONSTRAINT paid TO n",
        "ALTER TYPE mood ADD VALUE 'calm'", "COMMENT ON TABLE jobs IS 'x'",
        "GRANT SELECT ON jobs TO PUBLIC", "INSERT INTO users VALUES (1)",
        "CREATE INDEX i ON totals (one)",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY totals", "VACUUM jobs", "ANALYZE jobs",
        "ALTER TABLE jobs SET (fillfactor = 70)", "CREATE EXTENSION citext",
        "ALTER TABLE jobs ENABLE TRIGGER ALL", "BEGIN; ROLLBACK",
        "BEGIN; SAVEPOINT s; INSERT INTO users VALUES (1); ROLLBACK TO s; COMMIT",
        "CREATE OR REPLACE VIEW open_jobs AS SELECT id FROM jobs",
    ])
    func whatHarmsNobodyIsSilent(_ sql: String) throws {
        #expect(try HazardCase(sql).described() == [])
    }

    /// What real histories do, where a hazard only seems to be one.
    @Test(arguments: [
        // Numbers are different in each row.
        HazardCase(
            "ALTER TABLE jobs DROP CONSTRAINT jobs_pkey, ADD n serial, ADD PRIMARY KEY (n)",
            "column-rewrite warning @1", "constraint-builds-index warning @1",
            "drop-constraint note @1"),
        HazardCase(
            "ALTER TABLE jobs ADD n int GENERATED ALWAYS AS IDENTITY; "
                + "CREATE UNIQUE INDEX i ON jobs (n)", "column-rewrite warning @1",
            "index-blocks-writes warning @2"),
        // What the transaction has emptied has no row that fails.
        HazardCase(
            "DELETE FROM jobs; ALTER TABLE jobs ADD c int NOT NULL, ALTER title SET NOT NULL; "
                + "CREATE UNIQUE INDEX i ON jobs (title)", "delete-all-rows error @1",
            "required-column note @2", "set-not-null note @2", "index-blocks-writes note @3",
            "duplicates-refused note @3"),
        HazardCase(
            "TRUNCATE jobs; INSERT INTO jobs (id) VALUES (1); ALTER TABLE jobs ADD c int NOT NULL",
            "truncate error @1", "required-column warning @3"),
        HazardCase(
            "TRUNCATE jobs; SELECT refill(); ALTER TABLE jobs ADD c int NOT NULL",
            "truncate error @1", "required-column warning @3"),
        // The old enum goes with its column.
        HazardCase(
            "CREATE TYPE mood_new AS ENUM ('glad'); ALTER TABLE jobs ADD m mood_new; "
                + "ALTER TABLE jobs DROP mood; ALTER TYPE mood RENAME TO mood_old; "
                + "ALTER TYPE mood_new RENAME TO mood; DROP TYPE mood_old; "
                + "ALTER TABLE jobs RENAME m TO mood", "drop-column error @3"),
        HazardCase(
            "UPDATE jobs SET mood = 'glad' WHERE mood = 'sad'; "
                + "CREATE TYPE mood_new AS ENUM ('glad'); "
                + "ALTER TABLE jobs ALTER mood TYPE mood_new USING (mood::text::mood_new)",
            "enum-value-removed note @3", "type-rewrite warning @3"),
        HazardCase(
            "ALTER TYPE mood RENAME TO mood_old; CREATE TYPE mood AS ENUM ('glad'); "
                + "ALTER TABLE jobs ALTER mood TYPE mood USING (mood::text::mood)",
            "enum-value-removed warning @3", "type-rewrite warning @3"),
        // A type that has got another name is the same one.
        HazardCase(
            "ALTER TYPE mood RENAME TO feeling; ALTER TABLE jobs ALTER mood TYPE feeling",
            "rename-object warning @1"),
        HazardCase(
            "CREATE TYPE state AS ENUM ('new'); "
                + "ALTER TABLE jobs ALTER body TYPE state USING (body::state)",
            "enum-value-removed warning @2", "type-rewrite warning @2"),
        // One pass changes all columns of a table.
        HazardCase(
            "ALTER TABLE jobs ALTER at TYPE date, ALTER pay TYPE int",
            "column-type-change warning @1", "type-rewrite warning @1"),
        HazardCase("ALTER TABLE jobs ALTER body TYPE citext", "type-rewrite warning @1"),
    ])
    private func whatOnlySeemsAHazardIsTold(_ example: HazardCase) throws {
        #expect(try example.described() == example.findings)
    }

    @Test func nullsThatAreDeletedFirstDoNotFail() throws {
        let found = try HazardCase(
            "DELETE FROM jobs WHERE body IS NULL; ALTER TABLE jobs ALTER body SET NOT NULL"
        ).found()
        #expect(found.map(\.rule) == ["set-not-null"])
        #expect(found.allSatisfy { !$0.message.contains("fails at a null") })
    }

    @Test func aTableThatNoMigrationCreatesIsHardlyThere() throws {
        let sql = "DROP TABLE IF EXISTS n; DROP TABLE o; CREATE TABLE n (id int)"
        #expect(
            try HazardCase(sql).described() == [
                "drop-table error @1", "table-recreated error @1", "drop-table error @2",
            ])
        var schema = KnownSchema()
        schema.knowsWholeHistory = true
        schema.replay(try Script(HazardCase.history))
        schema.beginPlan()
        var linter = Linter(schema: schema)
        let found = linter.findings(in: try Script(sql))
        #expect(
            found.map { "\($0.rule) \($0.severity) @\($0.statement)" } == [
                "drop-table note @1", "drop-table error @2",
            ])
    }

    @Test func ifNotExistsCreatesWhatNoMigrationBeforeHas() throws {
        let sql = """
            CREATE TABLE IF NOT EXISTS fresh (id int);
            CREATE INDEX i ON fresh (id);
            CREATE TABLE IF NOT EXISTS jobs (id int);
            CREATE INDEX j ON jobs (id);
            """
        var schema = KnownSchema()
        schema.knowsWholeHistory = true
        schema.replay(try Script(HazardCase.history))
        schema.beginPlan()
        var linter = Linter(schema: schema)
        #expect(
            linter.findings(in: try Script(sql)).map { "\($0.rule) @\($0.statement)" } == [
                "index-blocks-writes @4"
            ])
    }

    private static let jobs = ObjectName(schema: "public", name: "jobs")

    @Test(arguments: [
        (TableSize(rows: 0, bytes: 0), Severity.note),
        (TableSize(rows: 200, bytes: 1 << 16), .note),
        (TableSize(rows: 1_000_000, bytes: 100 << 20), .warning),
        (TableSize(rows: 400_000_000, bytes: 40 << 30), .error),
    ])
    func theSizeOfTheTableDecidesHowGraveItIs(_ size: TableSize, _ severity: Severity) throws {
        for sql in ["ALTER TABLE jobs ALTER id TYPE bigint", "CREATE INDEX i ON jobs (pay)"] {
            let found = try HazardCase(sql).found(sizes: [Self.jobs: size])
            #expect(found.map(\.severity) == [severity], "\(found.map(\.message))")
        }
    }

    @Test func aRequiredColumnFailsForCertainWhereThereAreRows() throws {
        let example = HazardCase("ALTER TABLE jobs ADD c int NOT NULL")
        let empty = try example.found(sizes: [Self.jobs: TableSize(rows: 0, bytes: 0)])
        let full = try example.found(sizes: [Self.jobs: TableSize(rows: 9, bytes: 8192)])
        #expect(empty.map(\.severity) == [.note])
        #expect(full.map(\.severity) == [.error])
    }

    @Test(arguments: [
        ("CREATE INDEX i ON jobs (pay)", "CREATE INDEX CONCURRENTLY i ON jobs (pay);"),
        (
            "ALTER TABLE jobs ADD c int, ADD CONSTRAINT n CHECK (id > 0), ADD d int",
            """
            ALTER TABLE jobs ADD CONSTRAINT n CHECK (id > 0) NOT VALID;
            -- in the next migration:
            ALTER TABLE jobs VALIDATE CONSTRAINT n;
            """
        ),
        (
            "CREATE TYPE m AS ENUM ('glad'); "
                + "ALTER TABLE jobs ALTER pay TYPE int, ALTER body TYPE m USING (body::text::m)",
            "SELECT body, count(*) FROM jobs WHERE body NOT IN ('glad') GROUP BY body;"
        ),
        (
            "ALTER TABLE jobs ALTER id TYPE bigint, ALTER body TYPE jsonb USING (to_jsonb(body))",
            """
            ALTER TABLE jobs ADD COLUMN id_new bigint;
            -- write both columns from the application, then in batches:
            UPDATE jobs SET id_new = id::bigint WHERE id_new IS NULL;
            -- when no running release reads the old one, in a later migration:
            ALTER TABLE jobs RENAME COLUMN id TO id_old;
            ALTER TABLE jobs RENAME COLUMN id_new TO id;
            ALTER TABLE jobs ADD COLUMN body_new jsonb;
            -- write both columns from the application, then in batches:
            UPDATE jobs SET body_new = (to_jsonb(body)) WHERE body_new IS NULL;
            -- when no running release reads the old one, in a later migration:
            ALTER TABLE jobs RENAME COLUMN body TO body_old;
            ALTER TABLE jobs RENAME COLUMN body_new TO body;
            """
        ),
        (
            "ALTER TABLE jobs ADD CONSTRAINT k UNIQUE (body); DROP INDEX jobs_body",
            """
            -- it gets the constraint's name, so it must not be dropped any more:
            ALTER TABLE jobs ADD CONSTRAINT k UNIQUE USING INDEX jobs_body;
            """
        ),
        (
            "ALTER TABLE jobs ADD FOREIGN KEY (owner) REFERENCES users(id) ON DELETE CASCADE",
            """
            ALTER TABLE jobs ADD CONSTRAINT jobs_owner_fkey FOREIGN KEY (owner) REFERENCES users(id) ON DELETE CASCADE NOT VALID;
            -- in the next migration:
            ALTER TABLE jobs VALIDATE CONSTRAINT jobs_owner_fkey;
            """
        ),
    ])
    func theSafeWayIsGivenAsSQL(_ sql: String, _ safer: String) throws {
        #expect(try HazardCase(sql).found().compactMap(\.safer).first == safer)
    }

    @Test func theSafeWayHasNothingToFind() throws {
        for sql in ["CREATE INDEX i ON jobs (pay)", "ALTER TABLE jobs ADD CHECK (id > 0)"] {
            let safer = try #require(try HazardCase(sql).found().first?.safer)
            let steps = safer.split(separator: "-- in the next migration:\n")
            #expect(try HazardCase(String(steps[0])).described() == [])
        }
    }

    @Test(arguments: [
        "DELETE FROM _sluice.holds WHERE id = 1",
        "INSERT INTO _sluice.approvals (digest) VALUES ('x')",
        "SET search_path = _sluice; TRUNCATE steps",
        "UPDATE \"_prisma_migrations\" SET finished_at = now() WHERE id = 'x'",
        "DROP SCHEMA _sluice CASCADE", "ALTER TABLE _sluice.holds DISABLE TRIGGER ALL",
        "ALTER SCHEMA _sluice RENAME TO old",
        "CREATE TRIGGER t BEFORE INSERT ON _sluice.steps EXECUTE FUNCTION f()",
        "DO $$ BEGIN EXECUTE 'TRUNCATE ' || '_sluice.' || 'holds'; END $$",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM _sluice.holds'",
        "WITH d AS (DELETE FROM _sluice.holds RETURNING id) SELECT * FROM d",
    ])
    func whatGatesBelieveIsNotForScripts(_ sql: String) throws {
        #expect(
            try HazardCase(sql).described().contains { $0.hasPrefix("own-tables-touched error") })
        // Nor in a database that is empty yet.
        let reports = Linter.findings(in: [("a", try Script(sql))], databaseIsEmpty: true)
        #expect(reports.flatMap(\.findings).contains { $0.rule == "own-tables-touched" })
    }

    @Test(arguments: [
        "SELECT count(*) FROM _sluice.holds", "CREATE TABLE sluice (x int)",
        "COMMENT ON TABLE jobs IS '_sluice'",
    ])
    func readingThemIsNoHazard(_ sql: String) throws {
        #expect(!(try HazardCase(sql).described().contains { $0.contains("own-tables") }))
    }
}
