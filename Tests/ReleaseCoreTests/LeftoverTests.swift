import PostgresLink
import Testing

@testable import ReleaseCore

/// A statement that is cut short while it waits, the script that takes its place, and the
/// statement that mends what it left.
struct LeftoverCase: Sendable, CustomTestStringConvertible {
    var script: String
    var later: String
    var mending: String

    var testDescription: String { script }

    private static let other = "CREATE TABLE done (i int);"
    private static let hidden =
        "DO $$ BEGIN SET search_path = s2; END $$; DROP INDEX CONCURRENTLY j;"

    static let all: [LeftoverCase] = [
        .init(
            script: "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;", later: other,
            mending: "ALTER TABLE p DETACH PARTITION p1 FINALIZE"),
        .init(
            script: "DROP INDEX CONCURRENTLY \"I\";", later: other,
            mending: "DROP INDEX CONCURRENTLY \"I\""),
        .init(
            script: "REINDEX INDEX CONCURRENTLY \"I\";", later: other,
            mending: "DROP INDEX CONCURRENTLY \"I_ccnew\""),
        .init(script: hidden, later: hidden, mending: "DROP INDEX CONCURRENTLY s2.j"),
    ]
}

@Suite("What a statement that was cut short leaves behind")
struct LeftoverTests {
    private static let setup = """
        CREATE TABLE p (a int) PARTITION BY LIST (a);
        CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
        CREATE TABLE t (a int); CREATE INDEX "I" ON t (a);
        CREATE SCHEMA s2; CREATE TABLE s2.t (a int); CREATE INDEX j ON s2.t (a);
        """

    private static let leftovers = """
        SELECT EXISTS (SELECT FROM pg_inherits WHERE inhdetachpending)
          OR EXISTS (SELECT FROM pg_index WHERE NOT indisvalid)
        """

    @Test(
        "degrades the deployment that did not mend it, which says how to",
        arguments: LeftoverCase.all)
    func named(_ example: LeftoverCase) async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.setup)
            try fixture.deploy()
            let writer = try fixture.connect("writer")
            try writer.execute("BEGIN; LOCK p, t, s2.t IN ROW EXCLUSIVE MODE")
            let interrupt = Interrupt()
            try fixture.write("2", example.script)
            let watch = SideWork {
                try waitUntil { try fixture.ask(Self.leftovers) == ["t"] }
                interrupt.raise()
            }
            #expect(try fixture.deploy(interrupt: interrupt).verdict == .interrupted)
            try watch.wait()
            try writer.execute("COMMIT")
            // As when the program was killed with it.
            try fixture.ask("UPDATE _sluice.progress SET fate = 'running'")
            try fixture.write("2", example.later)
            let report = try fixture.deploy()
            #expect(report.applied == ["2"])
            #expect(report.verdict == .degraded)
            let details = report.smoke?.results.map(\.detail) ?? []
            #expect(details.count == 1)
            #expect(details.first?.contains(example.mending) == true, "\(details)")
            #expect(try fixture.ask(Self.leftovers) == ["t"])
            try fixture.ask(example.mending)
            #expect(try fixture.ask(Self.leftovers) == ["f"])
        }
    }
}
