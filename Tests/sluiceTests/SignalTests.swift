import Foundation
import Glibc
import TestSupport
import Testing

/// SIGINT, SIGTERM and SIGHUP: cancel, roll back, release, record, 130.
struct SignalTests {
    private static let pace: PrismaProtocol.Migration = (
        "20240101000000_pace",
        "CREATE TABLE pace (seconds int);\nINSERT INTO pace VALUES (600);"
    )
    /// As slow as the table says.
    private static let slow: PrismaProtocol.Migration = (
        "20240102000000_slow",
        """
        CREATE TABLE slow (id int);
        DO $$ BEGIN PERFORM pg_sleep(seconds) FROM pace; END $$;
        INSERT INTO slow VALUES (1);
        """
    )
    private static let index: PrismaProtocol.Migration = (
        "20240102000000_index",
        """
        INSERT INTO pace VALUES (0);
        CREATE INDEX CONCURRENTLY pace_seconds ON pace (seconds);
        INSERT INTO pace VALUES (0);
        """
    )
    private static let isAsleep = """
        EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
                AND wait_event = 'PgSleep')
        """

    private static let lastVerdict =
        "SELECT verdict FROM _sluice.deployments ORDER BY started_at DESC LIMIT 1"

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func aLongStatementIsCancelledAndRolledBack(_ signal: Int32) async throws {
        try await FaultDatabase.with([Self.pace, Self.slow]) { database in
            let process = try database.start()
            #expect(try await database.waits(until: Self.isAsleep))
            process.kill(signal)
            let output = try await process.wait()
            #expect(output.status == 130, "\(output.stdout)\(output.stderr)")
            #expect(output.signal == nil)
            // The server ends the session in its own time.
            #expect(try await database.waits(until: FaultDatabase.hasNoLocks))
            #expect(try await database.ask("SELECT to_regclass('slow') IS NULL") == "t")
            #expect(try await database.history() == Self.pace.name)
            #expect(try await database.ask(Self.lastVerdict) == "interrupted")
            try await database.ask("UPDATE pace SET seconds = 0")
            #expect(try await database.deploy().status == 0)
            #expect(try await database.ask("SELECT count(*) FROM slow") == "1")
        }
    }

    /// The server process is stopped, so that nothing can end the statement.
    @Test func aSecondSignalStopsWaiting() async throws {
        try await FaultDatabase.with([Self.pace, Self.slow]) { database in
            let process = try database.start()
            #expect(try await database.waits(until: Self.isAsleep))
            let backend = try #require(
                try await database.ask(
                    """
                    SELECT pid FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event = 'PgSleep'
                    """
                ).flatMap { pid_t($0) })
            #expect(kill(backend, SIGSTOP) == 0)
            let signals = Task {
                while !Task.isCancelled {
                    process.kill(SIGINT)
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            let output = try await process.wait()
            signals.cancel()
            #expect(kill(backend, SIGCONT) == 0)
            #expect(output.status == 130, "\(output.stdout)\(output.stderr)")
            #expect(!output.timedOut)
            #expect(try await database.waits(until: FaultDatabase.hasNoLocks))
            #expect(try await database.ask("SELECT to_regclass('slow') IS NULL") == "t")
        }
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func whileItWaitsForTheLock(_ signal: Int32) async throws {
        try await FaultDatabase.with([Self.pace]) { database in
            let holder = try await FaultHolder(database.url, "SELECT pg_advisory_lock(72707369)")
            let process = try database.start()
            #expect(
                try await process.waitForOutput { $0.contains("waiting for the deployment lock") }
                    != nil)
            process.kill(signal)
            let output = try await process.wait()
            #expect(output.status == 130, "\(output.stdout)\(output.stderr)")
            #expect(try await database.ask("SELECT to_regnamespace('_sluice') IS NULL") == "t")
            try await holder.letGo()
            #expect(try await database.deploy().status == 0)
        }
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func duringAConcurrentIndexBuild(_ signal: Int32) async throws {
        try await FaultDatabase.with([Self.pace]) { database in
            #expect(try await database.deploy().status == 0)
            try database.write(Self.index)
            let holder = try await FaultHolder(
                database.url, "BEGIN; INSERT INTO pace VALUES (-1)")
            let process = try database.start()
            #expect(
                try await database.waits(
                    until: FaultDatabase.isRunning("CREATE INDEX CONCURRENTLY")))
            process.kill(signal)
            let output = try await process.wait()
            #expect(output.status == 130, "\(output.stdout)\(output.stderr)")
            // The server ends the session in its own time.
            #expect(try await database.waits(until: FaultDatabase.hasNoLocks))
            #expect(try await database.history() == "\(Self.pace.name) \(Self.index.name)!")
            #expect(try await database.ask(Self.lastVerdict) == "interrupted")
            let place = "statement 2 (line 2, CREATE INDEX CONCURRENTLY)"
            #expect(
                output.stdout.contains(
                    "its first statement of 3 is in the database and recorded. "
                        + "The next run continues at \(place), after settling what became of it."),
                "\(output.stdout)")
            let plan = try await database.start(["plan", "default"]).wait()
            #expect(
                plan.stdout.contains(
                    "half-finished: 1 of 3 statements are finished; continued at \(place)."),
                "\(plan.stdout)")
            try await holder.letGo()
            let again = try await database.deploy()
            #expect(again.status == 0, "\(again.stdout)\(again.stderr)")
            #expect(
                try await database.ask(
                    "SELECT indisvalid FROM pg_index WHERE indexrelid = 'pace_seconds'::regclass")
                    == "t")
            #expect(try await database.ask("SELECT count(*) FROM pace") == "3")
            #expect(try await database.history() == "\(Self.pace.name) \(Self.index.name)")
        }
    }

    @Test func duringAConcurrentRebuildOfAnIndex() async throws {
        let rebuild: PrismaProtocol.Migration = (
            "20240102000000_rebuild", "REINDEX INDEX CONCURRENTLY pace_key;"
        )
        try await FaultDatabase.with([Self.pace]) { database in
            #expect(try await database.deploy().status == 0)
            try await database.ask("CREATE INDEX pace_key ON pace (seconds)")
            try database.write(rebuild)
            let holder = try await FaultHolder(
                database.url, "BEGIN; INSERT INTO pace VALUES (-1)")
            let process = try database.start()
            #expect(try await database.waits(until: FaultDatabase.isRunning("REINDEX INDEX")))
            let invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
            #expect(try await database.waits(until: "(\(invalid)) = 1"))
            process.kill(SIGTERM)
            #expect(try await process.wait().status == 130)
            #expect(try await database.ask(invalid) == "1")
            try await holder.letGo()
            let again = try await database.deploy()
            #expect(again.status == 0, "\(again.stdout)\(again.stderr)")
            #expect(try await database.ask(invalid) == "0")
        }
    }
}
