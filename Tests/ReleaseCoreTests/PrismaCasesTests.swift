import PostgresLink
import Testing

@testable import ReleaseCore

/// Prisma's acceptance tests of `migrate deploy` and `migrate resolve`, as far
/// as they have a meaning here.
@Suite("Prisma's acceptance cases")
struct PrismaCasesTests {
    @Test("an empty folder and an empty database: nothing to do")
    func emptyFolder() async throws {
        try await DeploymentFixture.use { fixture in
            let report = try fixture.deploy()
            #expect(report.verdict == .nothingToDo)
            #expect(try fixture.status().state == .upToDate)
        }
    }

    @Test("migrations are applied in order, and once")
    func inOrder() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("20200101_b", "CREATE TABLE first (a int)")
            try fixture.write("20200101120000_a", "ALTER TABLE first ADD b int")
            #expect(try fixture.status().pending == ["20200101_b", "20200101120000_a"])
            #expect(try fixture.deploy().applied == ["20200101_b", "20200101120000_a"])
            #expect(try fixture.deploy().verdict == .nothingToDo)
            #expect(try fixture.status().state == .upToDate)
        }
    }

    @Test("a table moves between two schemas")
    func multipleSchemas() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write(
                "1", "CREATE SCHEMA one; CREATE SCHEMA two; CREATE TABLE one.t (a int)")
            try fixture.write("2", "DROP TABLE one.t; CREATE TABLE two.t (a int)")
            #expect(try fixture.deploy().applied == ["1", "2"])
            #expect(try fixture.deploy().verdict == .nothingToDo)
        }
    }

    /// Prisma keeps a failed row; here the failure leaves nothing to resolve.
    @Test("an invalid script fails with its SQLSTATE, what stood before it stays")
    func invalidScript() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.write("2", "CREATE TABLE b (x int);\nSELECT (^.^)_n;")
            let report = try fixture.deploy()
            #expect(report.verdict == .failed)
            #expect(report.applied == ["1"])
            #expect(report.failure?.sqlState == .syntaxError)
            #expect(report.failure?.message.hasPrefix("syntax error at or near \"^\"") == true)
            #expect(report.failure?.line == 2)
            #expect(report.failure?.column == 9)
            #expect(try fixture.ask("SELECT migration_name FROM _prisma_migrations") == ["1"])
            try fixture.write("2", "CREATE TABLE b (x int)")
            #expect(try fixture.deploy().applied == ["2"])
        }
    }

    /// Prisma applies the new one and says nothing.
    @Test("an edited migration blocks, and is never applied again")
    func edited() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.deploy()
            try fixture.write("1", "CREATE TABLE a (x int); /* test */")
            try fixture.write("2", "CREATE TABLE b (x int)")
            let blocked = try fixture.deploy()
            #expect(blocked.verdict == .blocked)
            #expect(blocked.plan.problems.map(\.kind) == [.edited])
            #expect(try fixture.status().state == .needsAttention)
            #expect(try fixture.deploy(accepted: ["1"]).applied == ["2"])
        }
    }

    @Test("tables without a history are refused (P3005), PostGIS's are not")
    func notEmpty() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.ask(
                "CREATE TABLE spatial_ref_sys (x int); CREATE TABLE \"Geometry_columns\" (x int)")
            #expect(try fixture.status().state == .pending)
            try fixture.ask("CREATE TABLE other (x int)")
            let error = try #require(throws: ReleaseError.self) { try fixture.deploy() }
            #expect(error.kind == .needsAttention)
            #expect(error.what.contains("other"))
            #expect(error.next.joined().contains("--applied 1"))
            #expect(
                try fixture.ask(
                    "SELECT to_regclass('_prisma_migrations'), to_regnamespace('_sluice')") == [
                        "-|-"
                    ])
            #expect(try fixture.status().state == .needsAttention)
            try fixture.ask("DROP TABLE other")
            #expect(try fixture.deploy().applied == ["1"])
        }
    }

    @Test("baselining: marked as applied, not run")
    func baseline() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.ask("CREATE TABLE a (x int)")
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.write("2", "ALTER TABLE a ADD y int")
            try fixture.resolver.markApplied("1", in: DeploymentFixture.environment)
            #expect(
                try fixture.ask(
                    "SELECT migration_name, logs, applied_steps_count, started_at = finished_at, rolled_back_at FROM _prisma_migrations"
                ) == ["1||0|t|-"])
            #expect(try fixture.deploy().applied == ["2"])
        }
    }

    @Test("marking as applied: refused when it is, or when there is no such folder")
    func markRefused() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("20200101_init", "CREATE TABLE a (x int)")
            try fixture.deploy()
            let before = try fixture.picture()
            for name in ["20200101_init", "init"] {
                let error = try #require(throws: ReleaseError.self) {
                    try fixture.resolver.markApplied(name, in: DeploymentFixture.environment)
                }
                #expect(error.kind == .usage)
            }
            #expect(try fixture.picture() == before)
        }
    }

    @Test("marking a failed one as applied: the failed row is rolled back, a new one is finished")
    func markFailedApplied() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "SELECT 1")
            try fixture.deploy()
            try fixture.write("2", "SELECT YOLO;")
            try fixture.ask(
                "INSERT INTO _prisma_migrations (id, checksum, migration_name, logs) VALUES ('x', 'y', '2', 'log')"
            )
            let blocked = try fixture.deploy()
            #expect(blocked.verdict == .blocked)
            #expect(blocked.plan.problems.map(\.kind) == [.failed])
            try fixture.resolver.markApplied("2", in: DeploymentFixture.environment)
            #expect(
                try fixture.ask(
                    "SELECT id = 'x', rolled_back_at IS NULL, finished_at IS NULL FROM _prisma_migrations ORDER BY started_at"
                ) == ["f|t|f", "t|f|t", "f|t|f"])
            #expect(try fixture.deploy().verdict == .nothingToDo)
        }
    }

    @Test("marking as rolled back: without a table, without a row, not failed, failed, twice")
    func rolledBack() async throws {
        try await DeploymentFixture.use { fixture in
            func mark(_ name: String) throws {
                try fixture.resolver.markRolledBack(name, in: DeploymentFixture.environment)
            }
            #expect(throws: ReleaseError.self) { try mark("1") }
            #expect(try fixture.ask("SELECT to_regclass('_prisma_migrations')") == ["-"])
            try fixture.write("1", "SELECT 1")
            try fixture.deploy()
            let before = try fixture.picture()
            #expect(throws: ReleaseError.self) { try mark("2") }
            #expect(throws: ReleaseError.self) { try mark("1") }
            #expect(try fixture.picture() == before)
            try fixture.ask(
                "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('x', 'y', '2')"
            )
            try fixture.write("2", "SELECT 2")
            try mark("2")
            #expect(
                try fixture.ask(
                    "SELECT rolled_back_at IS NULL, finished_at FROM _prisma_migrations WHERE id = 'x'"
                ) == ["f|-"])
            #expect(try fixture.deploy().applied == ["2"])
            let after = try fixture.picture()
            try mark("2")
            #expect(try fixture.picture() == after)
        }
    }

    @Test("a squashed history: missing until somebody answers for it")
    func squashed() async throws {
        try await DeploymentFixture.use { fixture in
            for name in ["1", "2", "3"] { try fixture.write(name, "CREATE TABLE t\(name) (x int)") }
            try fixture.deploy()
            for name in ["1", "2", "3"] { try fixture.remove(name) }
            try fixture.write("0000_initial", "CREATE TABLE t1 (x int)")
            #expect(try fixture.deploy().verdict == .blocked)
            try fixture.resolver.markApplied("0000_initial", in: DeploymentFixture.environment)
            let status = try fixture.status()
            #expect(status.pending.isEmpty)
            #expect(status.problems.map(\.kind) == [.missing, .missing, .missing])
            try fixture.write("4", "CREATE TABLE t4 (x int)")
            #expect(try fixture.deploy().verdict == .blocked)
            #expect(try fixture.deploy(accepted: ["1", "2", "3", "4"]).applied == ["4"])
        }
    }

    /// Prisma finishes these in the middle of a directory order it never checks.
    @Test("an older migration that arrives late blocks until it is answered for")
    func outOfOrder() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "SELECT 1")
            try fixture.write("3", "SELECT 3")
            try fixture.deploy()
            try fixture.write("2", "SELECT 2")
            let blocked = try fixture.deploy()
            #expect(blocked.verdict == .blocked)
            #expect(blocked.plan.problems.map(\.kind) == [.outOfOrder])
            #expect(try fixture.deploy(accepted: ["2"]).applied == ["2"])
        }
    }
}
