import TestSupport
import Testing

/// Behind a pooler that hands every transaction to another server process
/// neither locks nor settings last: sluice has to notice before it writes.
@Suite(.enabled(if: PgBouncer.program != nil, "pgbouncer is not installed"))
struct PoolerTests {
    private static let migrations: [PrismaProtocol.Migration] = [
        ("20240101000000_books", "CREATE TABLE books (id int);"),
        ("20240102000000_index", "CREATE INDEX CONCURRENTLY books_id ON books (id);"),
    ]

    private func withPooler(
        _ mode: String, size: Int = 4,
        _ body: (FaultDatabase, _ through: String) async throws -> Void
    ) async throws {
        let cluster = try await TestCluster.shared
        try await withTemporaryDirectory(named: "pooler") { folder in
            try await FaultDatabase.with(Self.migrations) { database in
                let pooler = try await PgBouncer.start(
                    before: cluster, in: folder, mode: mode, poolSize: size)
                let name = try #require(try await database.ask("SELECT current_database()"))
                let result = await Result.catching {
                    try await body(database, pooler.url(database: name))
                }
                await pooler.stop()
                try result.get()
            }
        }
    }

    /// With one server connection every session shares it; with several the
    /// next transaction may get any.
    @Test(arguments: ["transaction", "statement"], [1, 4])
    func aPoolerThatSharesSessionsIsRefusedBeforeAnythingIsWritten(
        _ mode: String, _ size: Int
    ) async throws {
        try await withPooler(mode, size: size) { database, through in
            let output = try await database.deploy(url: through)
            #expect(output.status == 64, "\(output.stdout)\(output.stderr)")
            #expect(output.stderr.lowercased().contains("pooler"), "\(output.stderr)")
            #expect(
                try await database.ask(
                    """
                    SELECT to_regclass('_prisma_migrations') IS NULL AND to_regclass('books') IS NULL
                       AND to_regnamespace('_sluice') IS NULL
                    """) == "t")
            // The pooler keeps its connections, and whatever was locked on them.
            // The server ends the session in its own time.
            #expect(try await database.waits(until: FaultDatabase.hasNoLocks))
            #expect(try await database.deploy().status == 0)
        }
    }

    @Test func aRefusedPoolerIsRefusedOnAMigratedDatabaseToo() async throws {
        try await withPooler("transaction") { database, through in
            #expect(try await database.deploy().status == 0)
            try database.write(("20240103000000_more", "CREATE TABLE more (id int);"))
            #expect(try await database.deploy(url: through).status == 64)
            #expect(try await database.ask("SELECT to_regclass('more') IS NULL") == "t")
        }
    }

    /// What the pooler's session began with is not what this program speaks.
    @Test func textIsTheSameBehindAPooler() async throws {
        try await withPooler("session") { database, through in
            try await database.ask(
                "ALTER DATABASE \(try #require(try await database.ask("SELECT current_database()"))) SET client_encoding = 'LATIN1'"
            )
            try database.write(("20240103000000_words", "CREATE TABLE words (t text);"))
            try database.write(("20240104000000_word", "INSERT INTO words VALUES ('é');"))
            let output = try await database.deploy(url: through)
            #expect(output.status == 0, "\(output.stdout)\(output.stderr)")
            #expect(try await database.ask("SELECT length(t) FROM words") == "1")
        }
    }

    @Test func aPoolerThatKeepsSessionsApartWorks() async throws {
        try await withPooler("session") { database, through in
            for expected in ["2 pending", "nothing to do"] {
                let output = try await database.deploy(url: through)
                #expect(output.status == 0, "\(output.stdout)\(output.stderr)")
                #expect(output.stdout.contains(expected), "\(output.stdout)")
            }
        }
    }
}
