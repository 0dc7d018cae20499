import PostgresLink
import Testing

@testable import ReleaseCore

@Suite("The ledger's layout")
struct LedgerLayoutTests {
    @Test("of version 1 is brought up to date by whatever writes first, and keeps its contents")
    func upgrade() async throws {
        let writers: [(String, @Sendable (DeploymentFixture) throws -> Void)] = [
            ("deploy", { _ = try $0.deploy() }),
            ("hold", { try $0.holds.hold("staging", reason: "stop") }),
            ("resolve", { try $0.resolver.markApplied("2", in: "staging") }),
        ]
        for (name, write) in writers {
            try await DeploymentFixture.use { fixture in
                try fixture.write("1", "CREATE TABLE a (x int)")
                try fixture.deploy()
                try fixture.ask(
                    "DROP SCHEMA _sluice CASCADE; BEGIN; \(Self.version1); COMMIT")
                try fixture.write("2", "CREATE TABLE b (x int)")
                #expect(try fixture.status().pending == ["2"], "\(name)")
                try write(fixture)
                #expect(
                    try fixture.ask("SELECT version, environment FROM _sluice.meta")
                        == ["2|staging"], "\(name)")
                #expect(
                    try fixture.ask(
                        "SELECT migration, outcome FROM _sluice.steps ORDER BY id LIMIT 1")
                        == ["0|marked-applied"], "\(name)")
                #expect(throws: PostgresError.self, "\(name)") {
                    try fixture.ask("DELETE FROM _sluice.steps")
                }
            }
        }
    }

    @Test("is the same whether it was made or brought up to date")
    func sameEitherWay() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.ask("BEGIN; \(LedgerSchema.creation(environment: "staging")) COMMIT")
            let made = try Self.layout(fixture)
            try fixture.ask(
                "DROP SCHEMA _sluice CASCADE; BEGIN; \(Self.version1); COMMIT; BEGIN; \(LedgerSchema.upgrade) COMMIT"
            )
            #expect(try Self.layout(fixture) == made)
            try fixture.ask("BEGIN; \(LedgerSchema.upgrade) COMMIT")
            #expect(try Self.layout(fixture) == made)
        }
    }

    @Test(
        "refuses to change or forget an event, also for replicas",
        arguments: LedgerTriggers.events.map(\.table))
    func appendOnly(_ table: String) async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.ask("BEGIN; \(LedgerSchema.creation(environment: "staging")) COMMIT")
            try fixture.ask(Self.example[table] ?? "")
            let before = try fixture.ask("SELECT e::text FROM _sluice.\(table) e")
            #expect(before.count == 1)
            let column = try #require(
                try fixture.ask(
                    """
                    SELECT attname FROM pg_attribute
                     WHERE attrelid = '_sluice.\(table)'::regclass AND attnum = 2
                    """
                ).first)
            for attempt in [
                "UPDATE _sluice.\(table) SET \(column) = \(column)", "DELETE FROM _sluice.\(table)",
                "TRUNCATE _sluice.\(table)", "TRUNCATE _sluice.\(table) CASCADE",
                "SET session_replication_role = replica; DELETE FROM _sluice.\(table)",
            ] where !(attempt.hasPrefix("UPDATE") && Self.isFillable(table)) {
                let error = #expect(throws: PostgresError.self, "\(attempt)") {
                    try fixture.ask(attempt)
                }
                #expect(error?.message.contains("keeps its events") == true, "\(attempt)")
            }
            #expect(try fixture.ask("SELECT e::text FROM _sluice.\(table) e") == before)
        }
    }

    @Test(
        "lets an event be closed once, and nothing else of it be changed",
        arguments: LedgerTriggers.events.filter { !$0.fillable.isEmpty }.map(\.table))
    func closing(_ table: String) async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.ask("BEGIN; \(LedgerSchema.creation(environment: "staging")) COMMIT")
            try fixture.ask(Self.example[table] ?? "")
            let columns = LedgerTriggers.events.first { $0.table == table }?.fillable ?? []
            let fill = "UPDATE _sluice.\(table) SET \(columns[0]) = now(), \(columns[1]) = 'x'"
            #expect(throws: PostgresError.self) {
                try fixture.ask("\(fill), \(Self.fixed[table] ?? "")")
            }
            try fixture.ask(fill)
            #expect(throws: PostgresError.self) { try fixture.ask(fill) }
            #expect(throws: PostgresError.self) {
                try fixture.ask("UPDATE _sluice.\(table) SET \(columns[0]) = NULL")
            }
        }
    }

    @Test("stamps approvals with the server's clock")
    func stamped() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.ask("BEGIN; \(LedgerSchema.creation(environment: "staging")) COMMIT")
            try fixture.ask(
                """
                INSERT INTO _sluice.approvals (digest, name, email, actor, plan, approved_at)
                VALUES ('d', 'Mia', 'mia@example.com', 'mia', '[]', '2001-01-01')
                """)
            #expect(
                try fixture.ask(
                    "SELECT approved_at > now() - interval '1 hour' FROM _sluice.approvals")
                    == ["t"])
        }
    }

    @Test("can be made in a schema that was prepared for a role without further rights")
    func preparedSchema() async throws {
        try await DeploymentFixture.use { fixture in
            var fixture = fixture
            let role = try fixture.makeRole()
            defer { _ = try? fixture.dropRole(role) }
            try fixture.ask("CREATE SCHEMA _sluice")
            fixture.databaseURL = fixture.url(as: role)
            try fixture.write("1", "CREATE TABLE a (x int)")
            let without = try fixture.deploy()
            #expect(
                without.notes.joined().contains(
                    "GRANT CREATE, USAGE ON SCHEMA _sluice TO \"\(role)\""))
            try fixture.ask("GRANT CREATE, USAGE ON SCHEMA _sluice TO \(role)")
            try fixture.write("2", "CREATE TABLE b (x int)")
            #expect(try fixture.deploy().notes.isEmpty)
            #expect(try fixture.ask("SELECT migration FROM _sluice.steps") == ["2"])
        }
    }

    @Test("is renamed by who knows the old name, and remembers it")
    func rename() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.deploy()
            try fixture.ask("UPDATE _sluice.meta SET environment = 'test'")
            let refused = #expect(throws: ReleaseError.self) { try fixture.deploy() }
            #expect(
                refused?.next.joined().contains("sluice resolve staging --renamed-from test")
                    == true)
            let wrong = #expect(throws: ReleaseError.self) {
                try fixture.resolver.rename(from: "production", to: "staging", reason: nil)
            }
            #expect(wrong?.what.contains("says it is “test”") == true)
            try fixture.resolver.rename(from: "test", to: "staging", reason: "clearer")
            #expect(try fixture.deploy().verdict == .nothingToDo)
            #expect(
                try fixture.ask(
                    "SELECT old_name, new_name, reason, renamed_by FROM _sluice.renames")
                    == ["test|staging|clearer|Ada"])
        }
    }

    private static func isFillable(_ table: String) -> Bool {
        LedgerTriggers.events.contains { $0.table == table && !$0.fillable.isEmpty }
    }

    /// Every table, column, constraint, index and trigger.
    private static func layout(_ fixture: DeploymentFixture) throws -> [String] {
        try fixture.ask(
            """
            SELECT format('%s.%s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                          a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
              FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
              LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
             WHERE c.relnamespace = '_sluice'::regnamespace ORDER BY 1
            """)
            + fixture.ask(
                """
                SELECT pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger
                 WHERE tgrelid::regclass::text LIKE '\\_sluice.%' ORDER BY 1
                """)
            + fixture.ask(
                """
                SELECT conrelid::regclass || pg_get_constraintdef(oid) FROM pg_constraint
                 WHERE connamespace = '_sluice'::regnamespace ORDER BY 1
                """)
    }

    private static let id = "'00000000-0000-4000-8000-000000000000'"

    private static let example = [
        "deployments":
            "INSERT INTO _sluice.deployments (id, digest, actor) VALUES (\(id), 'd', 'Ada')",
        "steps":
            "INSERT INTO _sluice.steps (migration, checksum, outcome, started_at) VALUES ('1', 'c', 'applied', now())",
        "gate_results":
            "INSERT INTO _sluice.gate_results (deployment, gate, outcome, evidence) VALUES (\(id), 'hold', 'pass', '{}')",
        "smoke_runs":
            "INSERT INTO _sluice.smoke_runs (id, outcome, results, started_at) VALUES (\(id), 'passed', '[]', now())",
        "approvals":
            "INSERT INTO _sluice.approvals (digest, name, email, actor, plan) VALUES ('d', 'Mia', 'm@x', 'mia', '[]')",
        "overrides":
            "INSERT INTO _sluice.overrides (deployment, gate, reason, overridden_by, evidence) VALUES (\(id), 'window', 'r', 'Ada', '{}')",
        "accepts":
            "INSERT INTO _sluice.accepts (kind, migration, checksum, detail, accepted_by) VALUES ('edited', '1', 'c', 'd', 'Ada')",
        "holds": "INSERT INTO _sluice.holds (reason, placed_by) VALUES ('r', 'Ada')",
        "resolves":
            "INSERT INTO _sluice.resolves (migration, checksum, outcome, resolved_by) VALUES ('1', 'c', 'applied', 'Ada')",
        "renames":
            "INSERT INTO _sluice.renames (old_name, new_name, renamed_by) VALUES ('a', 'b', 'Ada')",
        "reminders": "INSERT INTO _sluice.reminders (text) VALUES ('look')",
        "maintenance": "INSERT INTO _sluice.maintenance (turned_on_by) VALUES ('Ada')",
    ]

    /// What must not change while an event is closed.
    private static let fixed = [
        "deployments": "actor = 'Mia'", "holds": "reason = 'other'", "reminders": "text = 'other'",
        "maintenance": "turned_on_by = 'Mia'",
    ]

    /// The layout of the first released version, with a row in it.
    private static let version1 = """
        CREATE SCHEMA IF NOT EXISTS _sluice;
        CREATE TABLE _sluice.meta (
            only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            version     integer NOT NULL,
            environment text NOT NULL,
            created_at  timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        COMMENT ON TABLE _sluice.meta IS 'The ledger''s layout, and which environment this database is.';
        CREATE TABLE _sluice.deployments (
            id          uuid PRIMARY KEY,
            branch      text,
            commit      text,
            digest      text NOT NULL,
            actor       text NOT NULL,
            started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
            finished_at timestamptz,
            verdict     text
        );
        CREATE TABLE _sluice.steps (
            id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            deployment  uuid,
            migration   text NOT NULL,
            checksum    text NOT NULL,
            outcome     text NOT NULL CHECK (outcome IN ('applied', 'failed', 'marked-applied', 'marked-rolled-back')),
            commit      text,
            author      text,
            attempts    integer NOT NULL DEFAULT 1,
            statement   integer,
            sqlstate    text,
            message     text,
            started_at  timestamptz NOT NULL,
            finished_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE INDEX ON _sluice.steps (migration);
        CREATE TABLE _sluice.progress (
            migration           text PRIMARY KEY,
            history_id          text NOT NULL,
            finished_units      integer NOT NULL,
            finished_statements integer NOT NULL,
            total_statements    integer NOT NULL,
            prefix              text NOT NULL,
            fate                text NOT NULL DEFAULT 'waiting'
                                CHECK (fate IN ('waiting', 'running', 'failed')),
            updated_at          timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE TABLE _sluice.smoke_runs (
            id          uuid PRIMARY KEY,
            deployment  uuid,
            commit      text,
            outcome     text NOT NULL CHECK (outcome IN ('passed', 'failed', 'error')),
            results     jsonb NOT NULL,
            started_at  timestamptz NOT NULL,
            finished_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE TABLE _sluice.holds (
            id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            reason         text NOT NULL,
            placed_by      text NOT NULL,
            placed_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
            released_by    text,
            release_reason text,
            released_at    timestamptz
        );
        INSERT INTO _sluice.meta (version, environment) VALUES (1, 'staging');
        INSERT INTO _sluice.steps (migration, checksum, outcome, started_at)
        VALUES ('0', 'c', 'marked-applied', now())
        """
}
