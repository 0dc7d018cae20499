import Dispatch
import TestSupport
import Testing

/// Prisma and sluice on one database, at the same time and in turns.
struct PrismaProtocolTests {
    static let base: PrismaProtocol.Migration = (
        "20240101000000_base",
        "CREATE TABLE books (id int, title text);\nCREATE TABLE log (line text);"
    )
    static let index: PrismaProtocol.Migration = (
        "20240102000000_index",
        """
        INSERT INTO log VALUES ('before');
        CREATE INDEX CONCURRENTLY books_title ON books (title);
        INSERT INTO log VALUES ('after');
        """
    )
    static let later: PrismaProtocol.Migration = (
        "20240103000000_later", "ALTER TABLE books ADD COLUMN price int;"
    )

    private static func prisma(_ database: FaultDatabase, _ migrations: [PrismaProtocol.Migration])
        async throws -> PrismaProtocol.Ending
    {
        let url = database.url
        return try await onOwnThread { try PrismaProtocol.deploy(url, migrations) }
    }

    private static let isValid = """
        (SELECT indisvalid AND indisready FROM pg_index WHERE indexrelid = 'books_title'::regclass)
        """

    /// Field notes 0.5: whoever blocks in the lock has a transaction that
    /// CREATE INDEX CONCURRENTLY waits for.
    @Test func aPrismaBlockedInTheLockDoesNotDeadlockAnIndexBuild() async throws {
        // Nothing is given up while a busy machine starts the other side.
        let index: PrismaProtocol.Migration = (
            Self.index.name, "-- sluice:lock_timeout=60s\n" + Self.index.sql
        )
        try await FaultDatabase.with([Self.base]) { database in
            #expect(try await database.deploy().status == 0)
            try database.write(index)
            // Stops the part before the index, in which sluice has Prisma's lock.
            let holder = try await FaultHolder(
                database.url, "BEGIN; LOCK TABLE log IN ACCESS EXCLUSIVE MODE")
            let sluice = try database.start()
            // Looking at the table for the plan waits a moment too, without the lock.
            #expect(
                try await database.waits(
                    until: """
                        \(FaultDatabase.isAwaited("log")) AND EXISTS (
                            SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted
                            AND objid = 72707369 AND database = (
                                SELECT oid FROM pg_database WHERE datname = current_database()))
                        """))
            async let ending = Self.prisma(database, [Self.base, index])
            #expect(
                try await database.waits(
                    until:
                        "EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"
                ))
            try await holder.letGo()
            let output = try await sluice.wait()
            #expect(output.status == 0, "\(output.stdout)\(output.stderr)")
            // It came to its turn in the middle, or behind the end.
            let stopped = [.foundFailed([Self.index.name]), PrismaProtocol.Ending.applied([])]
            #expect(stopped.contains(try await ending))
            #expect(try await database.ask("SELECT \(Self.isValid)") == "t")
            #expect(try await database.ask("SELECT count(*) FROM log") == "2")
            #expect(try await database.history() == "\(Self.base.name) \(Self.index.name)")
        }
    }

    @Test func aPrismaThatComesDuringAnIndexBuildFindsAnUnfinishedRow() async throws {
        try await FaultDatabase.with([Self.base]) { database in
            #expect(try await database.deploy().status == 0)
            try database.write(Self.index)
            // The build waits for this transaction.
            let holder = try await FaultHolder(
                database.url, "BEGIN; INSERT INTO books VALUES (1, 'one')")
            let sluice = try database.start()
            #expect(
                try await database.waits(
                    until: FaultDatabase.isRunning("CREATE INDEX CONCURRENTLY")))
            let ending = try await Self.prisma(database, [Self.base, Self.index, Self.later])
            #expect(ending == .foundFailed([Self.index.name]))
            try await holder.letGo()
            let output = try await sluice.wait()
            #expect(output.status == 0, "\(output.stdout)\(output.stderr)")
            #expect(try await database.ask("SELECT \(Self.isValid)") == "t")
            #expect(
                try await Self.prisma(database, [Self.base, Self.index, Self.later])
                    == .applied([Self.later.name]))
        }
    }

    @Test(arguments: [0, 1])
    func sluiceWaitsForAPrismaThatIsAtWork(_ stop: Int) async throws {
        try await FaultDatabase.with([Self.base, Self.later]) { database in
            let (url, pause) = (database.url, DispatchSemaphore(value: 0))
            let reached = AsyncStream<Void>.makeStream()
            let step: PrismaProtocol.Step = [.started(Self.later.name), .ran(Self.later.name)][stop]
            let prisma = Task.detached {
                try await onOwnThread {
                    try PrismaProtocol.deploy(url, [Self.base, Self.later]) {
                        guard $0 == step else { return }
                        reached.continuation.finish()
                        pause.wait()
                    }
                }
            }
            for await _ in reached.stream {}
            let sluice = try database.start()
            let waiting = try await sluice.waitForOutput {
                $0.contains("waiting for the deployment lock")
            }
            #expect(waiting != nil)
            pause.signal()
            #expect(try await prisma.value == .applied([Self.base.name, Self.later.name]))
            let output = try await sluice.wait()
            #expect(output.status == 0, "\(output.stdout)\(output.stderr)")
            #expect(try await database.history() == "\(Self.base.name) \(Self.later.name)")
        }
    }

    @Test func eachHonoursTheOthersRows() async throws {
        let windows: PrismaProtocol.Migration = (
            "20240104000000_crlf", "SELECT 1;\r\nSELECT 'é';\r\n"
        )
        try await FaultDatabase.with([Self.base]) { database in
            var all = [Self.base]
            #expect(try await Self.prisma(database, all) == .applied([Self.base.name]))
            #expect(try await database.deploy().status == 0)
            for migration in [Self.index, Self.later] {
                all.append(migration)
                try database.write(migration)
                #expect(try await database.deploy().status == 0)
            }
            #expect(try await Self.prisma(database, all) == .applied([]))
            all.append(windows)
            try database.write(windows)
            #expect(try await Self.prisma(database, all) == .applied([windows.name]))
            let status = try await database.sluice("status")
            #expect(status.status == 0, "\(status.stdout)\(status.stderr)")
            #expect(
                try await database.ask(
                    """
                    SELECT bool_and(checksum ~ '^[0-9a-f]{64}$' AND applied_steps_count = 1
                      AND finished_at >= started_at AND logs IS NULL AND length(id) = 36)
                    FROM _prisma_migrations
                    """) == "t")
        }
    }

    @Test func aMigrationThatFailedInPrismaIsResolvedHereAndDoneThere() async throws {
        let broken: PrismaProtocol.Migration = (
            "20240102000000_broken", "ALTER TABLE nowhere ADD x int;"
        )
        try await FaultDatabase.with([Self.base, broken]) { database in
            let ending = try await Self.prisma(database, [Self.base, broken])
            #expect(ending == .scriptFailed(broken.name, #"relation "nowhere" does not exist"#))
            let refused = try await database.deploy()
            #expect(refused.status == 4)
            #expect(refused.stderr.contains(broken.name))
            let resolved = try await database.sluice(
                "resolve", "default", "--rolled-back", broken.name)
            #expect(resolved.status == 0, "\(resolved.stderr)")
            let corrected: PrismaProtocol.Migration = (broken.name, "ALTER TABLE books ADD x int;")
            try database.write(corrected)
            #expect(try await database.deploy().status == 0)
            #expect(try await Self.prisma(database, [Self.base, corrected]) == .applied([]))
        }
    }

    /// What sluice rolls back leaves nothing for Prisma to stumble over.
    @Test func aMigrationThatFailedHereIsSimplyPendingForPrisma() async throws {
        let broken: PrismaProtocol.Migration = (
            "20240102000000_broken", "INSERT INTO log VALUES ('x');\nALTER TABLE nowhere ADD x int;"
        )
        try await FaultDatabase.with([Self.base, broken]) { database in
            let failed = try await database.deploy()
            #expect(failed.status == 1, "\(failed.stderr)")
            let corrected: PrismaProtocol.Migration = (broken.name, "INSERT INTO log VALUES ('x');")
            #expect(
                try await Self.prisma(database, [Self.base, corrected]) == .applied([broken.name]))
            #expect(try await database.ask("SELECT count(*) FROM log") == "1")
        }
    }
}
