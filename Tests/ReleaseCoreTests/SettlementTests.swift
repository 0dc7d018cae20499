import PostgresLink
import Testing

@testable import ReleaseCore

@Suite("A statement whose fate is unknown")
struct SettlementTests {
    static let table = "CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, 1), (1, 2);"

    /// Deploys a migration whose statements do their work and whose record is lost behind unit
    /// `unit`, as when the process is killed between the two.
    private static func loseRecord(
        _ fixture: DeploymentFixture, behind unit: Int, of script: String
    ) throws {
        try fixture.ask(
            """
            CREATE FUNCTION public.lose() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE 'lost'; END $$;
            CREATE TRIGGER lose BEFORE UPDATE ON _sluice.progress FOR EACH ROW
            WHEN (NEW.finished_units = \(unit)) EXECUTE FUNCTION public.lose();
            """)
        try fixture.write("2", script)
        #expect(try fixture.deploy().failure?.message == "lost")
        try fixture.ask(
            """
            DROP TRIGGER lose ON _sluice.progress; DROP FUNCTION public.lose();
            UPDATE _sluice.progress SET fate = 'running'
            """)
    }

    private static func indexes(_ fixture: DeploymentFixture) throws -> [String] {
        try fixture.ask(
            """
            SELECT relname, indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
            WHERE indrelid = 't'::regclass ORDER BY 1
            """)
    }

    @Test(
        "is not run twice when it built an index without a name of its own",
        arguments: [
            "CREATE INDEX CONCURRENTLY ON t (a)",
            "CREATE INDEX CONCURRENTLY ON ONLY public . t USING hash (b) WHERE a > 0",
            "CREATE INDEX CONCURRENTLY ON public.\"t\" ((t.a + b), lower(a::text) DESC) WITH (fillfactor = 70)",
            "create unique index concurrently on only (t) (b) include (a) -- t",
        ])
    func finishedUnnamedIndex(_ build: String) async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.table + "CREATE INDEX ON t (b);")
            try fixture.deploy()
            try Self.loseRecord(fixture, behind: 1, of: build + "\n;ALTER TABLE t ADD c int;")
            let before = try Self.indexes(fixture)
            #expect(before.count == 2)
            #expect(try fixture.deploy().applied == ["2"])
            #expect(try Self.indexes(fixture) == before)
        }
    }

    @Test("leaves no invalid index without a name behind when it runs again")
    func invalidUnnamedIndex() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.table)
            try fixture.write("2", "CREATE UNIQUE INDEX CONCURRENTLY ON t (a);")
            #expect(try fixture.deploy().verdict == .failed)
            #expect(try Self.indexes(fixture) == ["t_a_idx|f"])
            try fixture.ask("UPDATE t SET a = b")
            #expect(try fixture.deploy().applied == ["2"])
            #expect(try Self.indexes(fixture) == ["t_a_idx|t"])
        }
    }

    @Test("leaves no invalid index behind when it was replaced by another statement")
    func replacedBuild() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.table)
            try fixture.write("2", "CREATE UNIQUE INDEX CONCURRENTLY ON t (a);")
            #expect(try fixture.deploy().verdict == .failed)
            try fixture.write("2", "CREATE INDEX t_a_idx ON t (a);")
            #expect(try fixture.deploy().applied == ["2"])
            #expect(try Self.indexes(fixture) == ["t_a_idx|t"])
        }
    }

    @Test(
        "does not take an index of the same name for its own",
        arguments: ["u (a)", "t (b)", "t (a) WHERE a > 5", "t USING hash (a)"])
    func foreignIndex(_ other: String) async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.table + "CREATE TABLE u (a int);")
            try fixture.deploy()
            try fixture.write("2", "CREATE INDEX CONCURRENTLY i ON t (a);")
            try fixture.ask("CREATE INDEX i ON \(other)")
            #expect(try fixture.deploy().failure?.sqlState?.rawValue == "42P07")
            // As if the run had been killed in the middle of it.
            try fixture.ask("UPDATE _sluice.progress SET fate = 'running', witness = \(Self.older)")
            #expect(try fixture.deploy().failure?.sqlState?.rawValue == "42P07")
            try fixture.ask("DROP INDEX i")
            #expect(try fixture.deploy().applied == ["2"])
            #expect(try Self.indexes(fixture) == ["i|t"])
        }
    }

    /// The witness from before somebody made an index between crash and repair.
    private static let older = """
        regexp_replace(witness, '(:)[0-9,]*', '\\1')
        """

    @Test("finishes the detachment of a partition", arguments: ["running", "failed"])
    func pendingDetachment(_ fate: String) async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write(
                "1",
                """
                CREATE TABLE p (a int) PARTITION BY LIST (a);
                CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
                INSERT INTO p VALUES (1);
                """)
            try fixture.deploy()
            // A reader holds the second of its two transactions up until it is cancelled.
            let reader = try fixture.connect("reader")
            try reader.execute("BEGIN; SELECT FROM p")
            let interrupt = Interrupt()
            try fixture.write(
                "2", "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY; ALTER TABLE p1 ADD b int;")
            let watch = SideWork {
                try waitUntil {
                    try fixture.ask(
                        "SELECT EXISTS (SELECT FROM pg_inherits WHERE inhdetachpending)")
                        == ["t"]
                }
                interrupt.raise()
            }
            #expect(try fixture.deploy(interrupt: interrupt).verdict == .interrupted)
            try watch.wait()
            try reader.execute("COMMIT")
            try fixture.ask("UPDATE _sluice.progress SET fate = '\(fate)'")
            #expect(try fixture.deploy().applied == ["2"])
            #expect(try fixture.ask("SELECT count(*) FROM pg_inherits") == ["0"])
            #expect(try fixture.ask("SELECT a, b FROM p1") == ["1|-"])
        }
    }

    @Test("is not run twice when it detached a partition, made a database or dropped one")
    func finishedAlready() async throws {
        try await DeploymentFixture.use { fixture in
            let name = "made_" + UUID4.make().prefix(8)
            try fixture.write(
                "1",
                """
                CREATE TABLE p (a int) PARTITION BY LIST (a);
                CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
                """)
            try fixture.deploy()
            for (number, statement) in [
                "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY", "CREATE DATABASE \(name)",
                "DROP DATABASE \(name)",
            ].enumerated() {
                try Self.loseRecord(fixture, behind: 1, of: statement)
                #expect(try fixture.deploy().applied == ["2"])
                try fixture.ask(
                    "DELETE FROM _prisma_migrations WHERE migration_name = '2'")
                #expect(number < 3)
            }
            #expect(
                try fixture.ask("SELECT count(*) FROM pg_database WHERE datname = '\(name)'")
                    == ["0"])
        }
    }

    @Test("fails like anywhere else when its object was there before it")
    func thereBefore() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "SELECT 1")
            try fixture.deploy()
            let database = try #require(try fixture.ask("SELECT current_database()").first)
            try fixture.write("2", "CREATE DATABASE \(database)")
            #expect(try fixture.deploy().failure?.sqlState?.rawValue == "42P04")
            try fixture.ask("UPDATE _sluice.progress SET fate = 'running'")
            #expect(try fixture.deploy().failure?.sqlState?.rawValue == "42P04")
        }
    }

    @Test("drops only what its own rebuild left behind")
    func halfRebuilt() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.table + "CREATE INDEX i ON t (a);")
            try fixture.deploy()
            // Somebody else's leftover, and then one of ours.
            try fixture.ask(
                "CREATE INDEX old_ccnew ON t (b); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'old_ccnew'::regclass"
            )
            try Self.loseRecord(fixture, behind: 1, of: "REINDEX TABLE CONCURRENTLY t")
            try fixture.ask(
                "CREATE INDEX i_ccnew ON t (a); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i_ccnew'::regclass"
            )
            #expect(try fixture.deploy().applied == ["2"])
            #expect(
                try Self.indexes(fixture).map { $0.split(separator: "|")[0] } == ["i", "old_ccnew"])
        }
    }

    @Test("may be one that comes to the same however often it runs")
    func repeatable() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.table + "CREATE INDEX i ON t (a); CLUSTER t USING i;")
            try fixture.deploy()
            for statement in ["VACUUM t", "CLUSTER", "ALTER SYSTEM RESET work_mem"] {
                try Self.loseRecord(fixture, behind: 1, of: statement)
                #expect(try fixture.deploy().applied == ["2"], "\(statement)")
                try fixture.ask("DELETE FROM _prisma_migrations WHERE migration_name = '2'")
            }
        }
    }

    @Test("brings a ledger of an earlier version up to date")
    func earlierLedger() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.table)
            try fixture.deploy()
            try fixture.ask(
                "ALTER TABLE _sluice.progress DROP COLUMN witness; UPDATE _sluice.meta SET version = 1"
            )
            #expect(try fixture.status().state == .upToDate)
            try fixture.write("2", "CREATE INDEX CONCURRENTLY i ON t (a);")
            #expect(try fixture.deploy().applied == ["2"])
            #expect(try fixture.ask("SELECT version > 1 FROM _sluice.meta") == ["t"])
        }
    }
}
