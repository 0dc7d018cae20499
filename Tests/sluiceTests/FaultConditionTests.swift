import Foundation
import Glibc
import Sandbox
import TestSupport
import Testing

/// What a server may refuse: the error says it, and nothing is lost.
struct FaultConditionTests {
    private static let books: PrismaProtocol.Migration = (
        "20240101000000_books", "CREATE TABLE books (id int);"
    )
    private static let nothingWritten = """
        SELECT to_regclass('_prisma_migrations') IS NULL AND to_regnamespace('_sluice') IS NULL
        """

    @Test func theStatementTimeoutOfADirective() async throws {
        let slow: PrismaProtocol.Migration = (
            "20240102000000_slow",
            """
            -- sluice:statement_timeout=100ms
            CREATE TABLE slow (id int);
            SELECT pg_sleep(600);
            """
        )
        try await FaultDatabase.with([Self.books, slow]) { database in
            let output = try await database.deploy()
            #expect(output.status == 1, "\(output.stdout)\(output.stderr)")
            #expect(output.stderr.contains("statement timeout"), "\(output.stderr)")
            #expect(output.stderr.contains("statement 2, line 3"), "\(output.stderr)")
            #expect(try await database.history() == Self.books.name)
            #expect(try await database.ask("SELECT to_regclass('slow') IS NULL") == "t")
            // It does not reach the next migration.
            try database.write((slow.name, "SELECT pg_sleep(0.2);"))
            #expect(try await database.deploy().status == 0)
        }
    }

    @Test func theStatementTimeoutOfAnEnvironment() async throws {
        let configuration = """
            environments:
              staging:
                branch: staging
                database: ${STAGING_URL}
                deploy: { statement_timeout: 200ms }

            """
        try await ReleaseScene.with(configuration: configuration) { scene in
            try scene.migration("20240101000000_jobs", "CREATE TABLE jobs (id int);")
            try scene.migration("20240102000000_slow", "SELECT 1;\nSELECT pg_sleep(600);")
            let output = try await scene.sluice("deploy", "staging")
            #expect(output.status == 1, "\(output.stdout)\(output.stderr)")
            #expect(output.stderr.contains("20240102000000_slow, statement 2"), "\(output.stderr)")
            #expect(
                try await scene.query(
                    scene.staging, "select string_agg(migration_name, ',') from _prisma_migrations")
                    == "20240101000000_jobs")
            #expect(
                try await scene.query(
                    scene.staging,
                    "select verdict || sqlstate from _sluice.deployments, _sluice.steps"
                        + " where outcome = 'failed'") == "failed57014")
        }
    }

    @Test func aTableThatTheRoleMayNotTouch() async throws {
        let mixed: PrismaProtocol.Migration = (
            "20240102000000_mixed",
            "CREATE TABLE mine (id int);\nINSERT INTO theirs VALUES (1);"
        )
        try await withRole("permission") { role, database, url in
            try await database.ask("CREATE SCHEMA shop AUTHORIZATION \(role)")
            try await database.ask("CREATE TABLE shop.theirs (id int)")
            try await database.ask("ALTER ROLE \(role) SET search_path = shop")
            try database.write(mixed)
            // A history makes the table that is there already none of our business.
            let baseline = try await database.start(
                ["resolve", "default", "--applied", Self.books.name], url: url
            ).wait()
            #expect(baseline.status == 0, "\(baseline.stderr)")
            let output = try await database.deploy(url: url)
            #expect(output.status == 1, "\(output.stdout)\(output.stderr)")
            #expect(
                output.stderr.contains("permission denied for table theirs"), "\(output.stderr)")
            #expect(output.stderr.contains("statement 2, line 2"), "\(output.stderr)")
            #expect(try await database.ask("SELECT to_regclass('shop.mine') IS NULL") == "t")
            try await database.ask("GRANT INSERT ON shop.theirs TO \(role)")
            let again = try await database.deploy(url: url)
            #expect(again.status == 0, "\(again.stdout)\(again.stderr)")
            #expect(try await database.ask("SELECT count(*) FROM shop.theirs") == "1")
        }
    }

    @Test func aDatabaseThatIsReadOnly() async throws {
        try await FaultDatabase.with([Self.books]) { database in
            let name = try #require(try await database.ask("SELECT current_database()"))
            try await database.ask("ALTER DATABASE \(name) SET default_transaction_read_only = on")
            let output = try await database.deploy()
            #expect(output.status != 0)
            #expect(output.stderr.contains("read-only"), "\(output.stderr)")
            #expect(try await database.ask(Self.nothingWritten) == "t")
            try await database.ask(
                "BEGIN READ WRITE; ALTER DATABASE \(name) RESET default_transaction_read_only; COMMIT"
            )
            #expect(try await database.deploy().status == 0)
        }
    }

    @Test func aRoleThatHasUsedUpItsConnections() async throws {
        try await withRole("connections") { role, database, url in
            try await database.ask("ALTER ROLE \(role) CONNECTION LIMIT 0")
            let output = try await database.deploy(url: url)
            #expect(output.status == 5, "\(output.stdout)\(output.stderr)")
            #expect(output.stderr.contains("too many connections"), "\(output.stderr)")
            #expect(try await database.ask(Self.nothingWritten) == "t")
            // One connection is enough.
            try await database.ask("ALTER ROLE \(role) CONNECTION LIMIT 1")
            try await database.ask("GRANT CREATE ON SCHEMA public TO \(role)")
            let again = try await database.deploy(url: url)
            #expect(again.status == 0, "\(again.stdout)\(again.stderr)")
        }
    }

    /// Only root can mount a small disk.
    @Test(.enabled(if: geteuid() == 0, "needs root, to mount a small disk"))
    func aFullDisk() async throws {
        let full: PrismaProtocol.Migration = (
            "20240102000000_full",
            """
            CREATE TABLE small (id int);
            CREATE TABLE large TABLESPACE TABLESPACE_NAME AS
              SELECT repeat('x', 1000) FROM generate_series(1, 20000);
            """
        )
        let cluster = try await TestCluster.shared
        try await withTemporaryDirectory(named: "full") { folder in
            chmod(folder, 0o755)
            try await SmallDisk.with(at: "\(folder)/disk", ownedLike: cluster.socketDirectory) {
                disk in
                try await FaultDatabase.with([Self.books]) { database in
                    let name = "full_\(UInt32.random(in: .min ... .max))"
                    try database.write(
                        (full.name, full.sql.replacing("TABLESPACE_NAME", with: name)))
                    try await database.ask("CREATE TABLESPACE \(name) LOCATION '\(disk)'")
                    let result = await Swift.Result.catching {
                        let output = try await database.deploy()
                        #expect(output.status == 1, "\(output.stdout)\(output.stderr)")
                        #expect(
                            output.stderr.contains("No space left on device"), "\(output.stderr)")
                        #expect(output.stderr.contains("statement 2, line 2"), "\(output.stderr)")
                        #expect(output.stderr.contains("rolled back"), "\(output.stderr)")
                        #expect(try await database.history() == Self.books.name)
                        #expect(
                            try await database.ask("SELECT to_regclass('small') IS NULL") == "t")
                        // With less to write it fits.
                        try database.write(
                            (
                                full.name,
                                full.sql.replacing("TABLESPACE_NAME", with: name)
                                    .replacing("20000", with: "20")
                            ))
                        #expect(try await database.deploy().status == 0)
                        try await database.ask("DROP TABLE large")
                    }
                    try await database.ask("DROP TABLE IF EXISTS large; ")
                    try await database.ask("DROP TABLESPACE \(name)")
                    try result.get()
                }
            }
        }
    }

    /// A session killed by an administrator in the middle of a statement.
    @Test func aSessionThatAnAdministratorEnds() async throws {
        let slow: PrismaProtocol.Migration = (
            "20240102000000_slow",
            """
            CREATE TABLE slow (id int);
            DO $$ BEGIN IF NOT EXISTS (SELECT FROM books) THEN PERFORM pg_sleep(600); END IF; END $$;
            """
        )
        try await FaultDatabase.with([Self.books, slow]) { database in
            let process = try database.start()
            let isAsleep =
                "EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep')"
            #expect(try await database.waits(until: isAsleep))
            try await database.ask("INSERT INTO books VALUES (1)")
            try await database.ask(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event = 'PgSleep'
                """)
            let output = try await process.wait()
            #expect(output.status == 0, "\(output.stdout)\(output.stderr)")
            #expect(try await database.history() == "\(Self.books.name) \(slow.name)")
        }
    }

    /// Runs `body` with a role of its own, and a URL by which it connects.
    private func withRole(
        _ name: String, _ body: (_ role: String, FaultDatabase, _ url: String) async throws -> Void
    ) async throws {
        try await FaultDatabase.with([Self.books]) { database in
            let role = "\(name)_\(UInt32.random(in: .min ... .max))"
            try await database.ask("CREATE ROLE \(role) LOGIN")
            let url = database.url.replacing(
                "://\(try await TestCluster.shared.superuser)@", with: "://\(role)@")
            let result = await Swift.Result.catching { try await body(role, database, url) }
            try await database.ask("DROP OWNED BY \(role) CASCADE; DROP ROLE \(role)")
            try result.get()
        }
    }
}

/// A file system of a few megabytes.
private enum SmallDisk {
    static func with(
        at path: String, ownedLike other: String, _ body: (String) async throws -> Void
    ) async throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false)
        let mount = try await ProcessRunner.run(
            "mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", path])
        try #require(mount.status == 0, "\(mount.stderr)")
        var status = stat()
        #expect(stat(other, &status) == 0)
        chown(path, status.st_uid, status.st_gid)
        chmod(path, 0o700)
        let result = await Swift.Result.catching { try await body(path) }
        _ = try await ProcessRunner.run("umount", ["-l", path])
        try result.get()
    }
}
