import PostgresLink
import TestSupport
import Testing

/// A real hot standby, and a fail-over to it in the middle of a deployment.
struct StandbyTests {
    private static let books: PrismaProtocol.Migration = (
        "20240101000000_books", "CREATE TABLE books (id int);"
    )
    private static let slow: PrismaProtocol.Migration = (
        "20240102000000_slow",
        """
        CREATE TABLE slow (id int);
        DO $$ BEGIN IF NOT EXISTS (SELECT FROM books) THEN PERFORM pg_sleep(600); END IF; END $$;
        """
    )
    private static let stepwise: PrismaProtocol.Migration = (
        "20240103000000_stepwise",
        """
        CREATE INDEX CONCURRENTLY books_id ON books (id);
        INSERT INTO slow VALUES (1);
        """
    )

    private static func database(
        _ url: String, _ migrations: [PrismaProtocol.Migration],
        _ body: (FaultDatabase) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory(named: "migrations") { folder in
            let database = FaultDatabase(
                folder: folder, url: url, program: try ProcessRunner.sluice())
            for migration in migrations { try database.write(migration) }
            try await body(database)
        }
    }

    @Test func aStandbyIsNamedAndWhatToDoAboutIt() async throws {
        try await ReplicatedServers.with { servers in
            try await Self.database(servers.url("standby"), [Self.books]) { database in
                let output = try await database.deploy()
                #expect(output.status == 64, "\(output.stdout)\(output.stderr)")
                #expect(output.stderr.contains("is a standby and refuses writes"))
                #expect(output.stderr.contains("target_session_attrs=read-write"))
                // Looking is allowed.
                #expect(try await database.sluice("status").status == 4)
                #expect(try await database.sluice("plan", "default").status == 0)
                // With both named the one that takes writes is found, and the standby follows.
                #expect(try await database.deploy(url: servers.urlOfEither).status == 0)
                #expect(
                    try await database.waits(until: "to_regclass('_prisma_migrations') IS NOT NULL")
                )
                #expect(try await database.deploy().status == 0)
            }
        }
    }

    @Test func aFailOverInTheMiddleIsFollowed() async throws {
        try await ReplicatedServers.with { servers in
            try await Self.database(
                servers.url("primary"), [Self.books, Self.slow, Self.stepwise]
            ) { primary in
                let process = try primary.start(url: servers.urlOfEither)
                #expect(
                    try await primary.waits(
                        until:
                            "EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep')"))
                try await primary.ask("INSERT INTO books VALUES (1)")
                try await Self.database(servers.url("standby"), []) { standby in
                    #expect(
                        try await standby.waits(
                            until: "EXISTS (SELECT FROM pg_class WHERE relname = 'books')"))
                    #expect(try await standby.waits(until: "EXISTS (SELECT FROM books)"))
                    try await servers.stop("primary")
                    try await standby.ask("SELECT pg_promote()")
                    let output = try await process.wait()
                    #expect(output.status == 0, "\(output.stdout)\(output.stderr)")
                    #expect(output.stdout.contains("the connection broke; reconnecting"))
                    #expect(
                        try await standby.history()
                            == [Self.books, Self.slow, Self.stepwise].map(\.name)
                            .joined(separator: " "))
                    #expect(try await standby.ask("SELECT count(*) FROM slow") == "1")
                    #expect(
                        try await standby.ask(
                            "SELECT indisvalid FROM pg_index WHERE indexrelid = 'books_id'::regclass"
                        ) == "t")
                }
            }
        }
    }
}
