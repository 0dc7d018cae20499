import Foundation
import PostgresLink
import SQLAnalysis
import TestSupport
import Testing

/// Which statements need to stand outside a transaction, by us and by the server.
@Suite struct ServerModeTests {
    private static let isFull = ProcessInfo.processInfo.environment["SLUICE_FULL"] == "1"
    private static let rounds = isFull ? 3_000 : 150

    private static let setup = """
        CREATE TABLE a (id int); CREATE INDEX i ON a (id); CREATE INDEX j ON a (id);
        CREATE TYPE mood AS ENUM ('ok');
        CREATE TABLE p (id int) PARTITION BY LIST (id);
        CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
        CREATE MATERIALIZED VIEW v AS SELECT 1 AS x; CREATE UNIQUE INDEX ON v (x);
        """

    /// Everything that comes near what `PreventInTransactionBlock` guards, with what does not.
    private static let statements = [
        "CREATE INDEX CONCURRENTLY ON a (id)", "CREATE UNIQUE INDEX CONCURRENTLY k ON a (id)",
        "CREATE INDEX ON a (id)", "CREATE INDEX \"concurrently\" ON a (id)",
        "DROP INDEX CONCURRENTLY i", "DROP INDEX CONCURRENTLY IF EXISTS i",
        "DROP INDEX IF EXISTS j", "REINDEX INDEX CONCURRENTLY i", "REINDEX (CONCURRENTLY) TABLE a",
        "REINDEX (CONCURRENTLY false) TABLE a", "REINDEX (VERBOSE off, CONCURRENTLY on) INDEX i",
        "REINDEX TABLE a", "REINDEX SCHEMA public", "REINDEX INDEX i", "VACUUM", "VACUUM FULL a",
        "VACUUM (ANALYZE) a", "ANALYZE a", "CLUSTER", "CLUSTER a USING i",
        "ALTER SYSTEM SET work_mem = '1MB'", "ALTER SYSTEM RESET ALL", "SET work_mem = '1MB'",
        "CREATE DATABASE d", "DROP DATABASE d", "DROP DATABASE IF EXISTS d WITH (FORCE)",
        "CREATE TABLESPACE t LOCATION '/nowhere'", "DROP TABLESPACE t", "DISCARD ALL",
        "DISCARD TEMP", "DISCARD PLANS", "COMMIT PREPARED 'x'", "ROLLBACK PREPARED 'x'",
        "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY", "ALTER TABLE p DETACH PARTITION p1",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY v", "DO $$ BEGIN PERFORM 1; /* COMMIT; */ END $$",
        "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'good'", "INSERT INTO a VALUES (1)",
        "CREATE TABLE IF NOT EXISTS vacuum_log (\"commit\" int)", "SELECT 'VACUUM;'", "TRUNCATE a",
        "ALTER DATABASE postgres SET TABLESPACE pg_default", "COMMENT ON TABLE a IS 'x'",
        "CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p",
        "DO $$ BEGIN COMMIT; END $$", "DO $$ BEGIN ROLLBACK; END $$", "SELECT 1", "LOCK a",
    ]

    private static func withSession(
        _ body: @escaping @Sendable (PostgresSession) throws -> Void
    ) async throws {
        try await withTemporaryDatabase { url in
            try await onOwnThread {
                let session = try PostgresSession(connecting: try ConnectionTarget(url: url))
                try session.execute(setup)
                try body(session)
            }
        }
    }

    /// Whether the server refuses it because of the transaction around it.
    private static func isRefused(_ error: PostgresError) -> Bool {
        ["25001", "2D000"].contains(error.state?.rawValue)
    }

    @Test(arguments: statements)
    func oneStatementInATransaction(_ statement: String) async throws {
        try await Self.withSession { session in
            let script = try Script(statement)
            var isRefused = false
            do {
                try session.execute("BEGIN")
                try session.execute(statement)
            } catch let error as PostgresError {
                isRefused = Self.isRefused(error)
            }
            if session.isInTransaction { try session.execute("ROLLBACK") }
            #expect(script.mode.isTransactional != isRefused)
            #expect((script.statements[0].refusesTransaction != nil) == isRefused)
        }
    }

    /// Scripts of several: the first statement that the server refuses is our first reason.
    @Test func randomScripts() async throws {
        try await Self.withSession { session in
            for seed in 1...Self.rounds {
                var random = SeededRandom(seed: UInt64(seed))
                let count = Int.random(in: 1...6, using: &random)
                let chosen = (0..<count).compactMap { _ in
                    Self.statements.randomElement(using: &random).map { statement in
                        Bool.random(using: &random)
                            ? statement : "/* ; BEGIN; */ \(statement) -- ;\n"
                    }
                }
                let text = chosen.joined(separator: ";\n")
                let script = try Script(text)
                try session.execute("BEGIN")
                var failure: PostgresError?
                do { try session.execute(text) } catch let error as PostgresError {
                    failure = error
                }
                if session.isInTransaction { try session.execute("ROLLBACK") }
                let first: Int? =
                    if case .stepwise(let reasons) = script.mode { reasons.first?.statement } else {
                        nil
                    }
                guard let failure else {
                    #expect(script.mode.isTransactional, "\(text)")
                    continue
                }
                if Self.isRefused(failure) {
                    #expect(first == failure.completedStatements + 1, "\(text)")
                } else if let first {
                    // Another error came before, such as a table in use by the transaction.
                    #expect(first > failure.completedStatements + 1, "\(text): \(failure)")
                }
            }
        }
    }

    @Test(arguments: [
        "ALTER TYPE mood ADD VALUE 'sad'; SELECT 'sad'::mood",
        "ALTER TYPE mood ADD VALUE 'sad'; CREATE TABLE m (x mood DEFAULT 'sad')",
        "ALTER TYPE mood ADD VALUE 'sad'; SELECT enum_range(NULL::mood)",
        "ALTER TYPE mood ADD VALUE 'sad'; SELECT 'ok'::mood",
        "CREATE TYPE feel AS ENUM ('a'); ALTER TYPE feel ADD VALUE 'b'; SELECT 'b'::feel",
    ])
    func anEnumValueOfTheSameTransaction(_ text: String) async throws {
        try await Self.withSession { session in
            do {
                try session.execute("BEGIN; \(text); ROLLBACK")
            } catch let error as PostgresError {
                #expect(error.state?.rawValue == "55P04")
                #expect(try !Script(text).mode.isTransactional)
            }
        }
    }
}
