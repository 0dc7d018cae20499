import PostgresLink
import Testing

@testable import ReleaseCore

/// What a script leaves behind in its session, and how the next one would
/// notice. The probe must return true.
struct LeakCase: Sendable, CustomTestStringConvertible {
    var name: String
    var script: String
    var probe: String

    var testDescription: String { name }

    static let all: [LeakCase] = [
        .init(
            name: "search_path emptied, as pg_dump does",
            script: "SELECT pg_catalog.set_config('search_path', '', false);",
            probe: "SELECT to_regclass('base') IS NOT NULL"),
        .init(
            name: "SET search_path", script: "CREATE SCHEMA other; SET search_path = other;",
            probe: "SELECT current_schema() = 'public'"),
        .init(
            name: "SET ROLE", script: "SET ROLE pg_monitor;",
            probe: "SELECT current_user = 'sluice'"),
        .init(
            name: "SET SESSION AUTHORIZATION", script: "SET SESSION AUTHORIZATION pg_monitor;",
            probe: "SELECT session_user = 'sluice'"),
        .init(
            name: "SET statement_timeout", script: "SET statement_timeout = '50s';",
            probe: "SELECT current_setting('statement_timeout') = '0'"),
        .init(
            name: "SET lock_timeout", script: "SET lock_timeout = '77s';",
            probe: "SELECT current_setting('lock_timeout') = '5s'"),
        .init(
            name: "an end to idle sessions", script: "SET idle_session_timeout = '50s';",
            probe: "SELECT current_setting('idle_session_timeout') = '0'"),
        .init(
            name: "SET LOCAL", script: "SET LOCAL work_mem = '77MB'; SET LOCAL search_path = '';",
            probe:
                "SELECT current_setting('work_mem') <> '77MB' AND to_regclass('base') IS NOT NULL"),
        .init(
            name: "read-only by default", script: "SET default_transaction_read_only = on;",
            probe: "SELECT current_setting('transaction_read_only') = 'off'"),
        .init(
            name: "a setting of one's own", script: "SELECT set_config('app.tenant', '7', false);",
            probe: "SELECT coalesce(current_setting('app.tenant', true), '') = ''"),
        .init(
            name: "a temporary table that hides one",
            script: "CREATE TEMP TABLE base AS SELECT 2 AS x;", probe: "SELECT x = 1 FROM base"),
        .init(
            name: "a temporary history",
            script: "CREATE TEMP TABLE _prisma_migrations (x int);",
            probe:
                "SELECT count(*) > 0 FROM pg_class WHERE relname = '_prisma_migrations' AND relpersistence = 'p'"
        ),
        .init(
            name: "LISTEN", script: "LISTEN channel;",
            probe: "SELECT count(*) = 0 FROM pg_listening_channels()"),
        .init(
            name: "PREPARE", script: "PREPARE p AS SELECT 1;",
            probe: "SELECT count(*) = 0 FROM pg_prepared_statements"),
        .init(
            name: "a cursor", script: "DECLARE c CURSOR WITH HOLD FOR SELECT 1;",
            probe: "SELECT count(*) = 0 FROM pg_cursors WHERE name = 'c'"),
        .init(
            name: "another client encoding", script: "SET client_encoding = 'LATIN1';",
            probe: "SELECT current_setting('client_encoding') = 'UTF8' AND 'é' = U&'\\00E9'"),
        .init(
            name: "another time zone",
            script: "SET TIME ZONE 'Asia/Tokyo'; SET datestyle = 'German';",
            probe: "SELECT current_setting('timezone') = 'UTC'"),
        .init(
            name: "constraints deferred", script: "SET CONSTRAINTS ALL DEFERRED;",
            probe: "SELECT true"),
        .init(
            name: "a savepoint left open", script: "SAVEPOINT s; CREATE TABLE kept (x int);",
            probe: "SELECT to_regclass('kept') IS NOT NULL"),
        .init(
            name: "both locks given away", script: "SELECT pg_advisory_unlock_all();",
            probe:
                "SELECT count(*) = 2 FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()"
        ),
        .init(
            name: "a failing statement caught inside",
            script: "DO $$ BEGIN PERFORM 1/0; EXCEPTION WHEN division_by_zero THEN NULL; END $$;",
            probe: "SELECT true"),
    ]
}

@Suite("What a script does to its session")
struct SessionStateTests {
    @Test("does not reach the next migration, nor what is recorded", arguments: LeakCase.all)
    func inOneMessage(_ example: LeakCase) async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE base AS SELECT 1 AS x")
            try fixture.write("2", example.script)
            try fixture.write("3", "CREATE TABLE public.probe AS SELECT (\(example.probe)) AS fine")
            let report = try fixture.deploy()
            #expect(report.verdict == .succeeded, "\(String(describing: report.failure))")
            #expect(try fixture.ask("SELECT * FROM public.probe") == ["t"])
            #expect(try fixture.applied() == ["1", "2", "3"])
            #expect(
                try fixture.ask(
                    "SELECT migration FROM _sluice.steps WHERE outcome = 'applied' ORDER BY id")
                    == ["1", "2", "3"])
        }
    }

    /// In a stepwise script a setting holds to the script's end, so that these
    /// stop the index behind them, as they do in psql.
    static let leavesTheRestRunning = LeakCase.all.filter { example in
        !["SET ROLE", "SET SESSION AUTHORIZATION", "read-only by default"].contains(example.name)
    }

    @Test(
        "does not leave one that runs statement by statement", arguments: leavesTheRestRunning)
    func stepwise(_ example: LeakCase) async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE base AS SELECT 1 AS x")
            try fixture.write(
                "2", "\(example.script) CREATE INDEX CONCURRENTLY i ON public.base (x);")
            try fixture.write("3", "CREATE TABLE public.probe AS SELECT (\(example.probe)) AS fine")
            let report = try fixture.deploy()
            #expect(report.verdict == .succeeded, "\(String(describing: report.failure))")
            #expect(try fixture.ask("SELECT * FROM public.probe") == ["t"])
            #expect(try fixture.applied() == ["1", "2", "3"])
        }
    }

    @Test("holds for the URL's schema too")
    func schemaOfURL() async throws {
        try await DeploymentFixture.use { fixture in
            var fixture = fixture
            fixture.databaseURL += "&schema=app"
            try fixture.ask("CREATE SCHEMA app")
            try fixture.write("1", "CREATE TABLE a (x int); SET search_path = public;")
            try fixture.write("2", "CREATE TABLE b (x int)")
            #expect(try fixture.deploy().verdict == .succeeded)
            #expect(
                try fixture.ask(
                    "SELECT relname FROM pg_class WHERE relnamespace = 'app'::regnamespace AND relkind = 'r' ORDER BY 1"
                )
                    == ["_prisma_migrations", "a", "b"])
        }
    }

    @Test("a script's own statement timeout applies to it alone")
    func directive() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "-- sluice:statement_timeout=50ms\nSELECT pg_sleep(10);")
            let report = try fixture.deploy()
            #expect(report.failure?.sqlState == .queryCanceled)
            #expect(report.failure?.line == 2)
            try fixture.write("1", "-- sluice:statement_timeout=50ms\nSELECT 1;")
            try fixture.write("2", "SELECT pg_sleep(0.1)")
            #expect(try fixture.deploy().verdict == .succeeded)
        }
    }
}
