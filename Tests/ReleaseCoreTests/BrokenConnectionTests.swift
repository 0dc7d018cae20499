import PostgresLink
import Testing

@testable import ReleaseCore

@Suite("A connection that breaks")
struct BrokenConnectionTests {
    /// Ends its own connection the first time it runs.
    private static func breaking(_ sequence: String) -> String {
        "SELECT CASE WHEN nextval('\(sequence)') = 1 THEN pg_terminate_backend(pg_backend_pid()) END;"
    }

    @Test("again and again is no reason to give up as long as the work goes on")
    func progress() async throws {
        try await DeploymentFixture.use { fixture in
            let names = (1...7).map { "s\($0)" }
            try fixture.write("1", names.map { "CREATE SEQUENCE \($0);" }.joined())
            try fixture.write(
                "2",
                "-- sluice:stepwise\n" + names.map(Self.breaking).joined(separator: "\n"))
            let report = try fixture.deploy()
            #expect(report.applied == ["1", "2"])
            #expect(
                try fixture.ask(
                    "SELECT "
                        + names.map { "(SELECT last_value FROM \($0))" }
                        .joined(separator: ",")) == ["2|2|2|2|2|2|2"])
        }
    }

    @Test("while the verdict is written does not lose the verdict")
    func verdict() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE SEQUENCE s;")
            try fixture.deploy()
            try fixture.ask(
                """
                CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  IF nextval('public.s') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
                  RETURN NEW;
                END $$;
                CREATE TRIGGER cut BEFORE UPDATE ON _sluice.deployments
                FOR EACH ROW EXECUTE FUNCTION cut();
                """)
            try fixture.write("2", "CREATE TABLE t (a int);")
            let report = try fixture.deploy()
            #expect(report.verdict == .succeeded)
            #expect(report.notes == [])
            #expect(
                try fixture.ask("SELECT verdict FROM _sluice.deployments") == [
                    "succeeded", "succeeded",
                ])
        }
    }

    @Test("for good leaves a deployment that the next one calls interrupted")
    func killed() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE t (a int);")
            try fixture.deploy()
            // As a SIGKILL leaves it.
            try fixture.ask(
                """
                INSERT INTO _sluice.deployments (id, digest, actor)
                VALUES ('00000000-0000-4000-8000-000000000000', 'd', 'Grace')
                """)
            try fixture.write("2", "CREATE TABLE u (a int);")
            try fixture.deploy()
            #expect(
                try fixture.ask(
                    "SELECT verdict, finished_at IS NULL FROM _sluice.deployments ORDER BY started_at"
                ) == ["succeeded|f", "interrupted|t", "succeeded|f"])
        }
    }
}
