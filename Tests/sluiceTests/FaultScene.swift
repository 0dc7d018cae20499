import Foundation
import PostgresLink
import Sandbox
import TestSupport

/// Migrations of every kind, and what a database looks like after them.
///
/// Each statement would show if it ran twice or not at all: rows have no key
/// that refuses a second insert, and updates add up.
struct FaultScene: Sendable {
    /// The folder of migrations.
    let migrations: String
    let program: String

    static let scripts: [(name: String, sql: String)] = [
        (
            "20240101000000_books",
            """
            CREATE TABLE books (id int, title text, price int NOT NULL DEFAULT 10);
            CREATE TABLE sales (book int, amount int);
            INSERT INTO books (id, title) SELECT n, 'book ' || n FROM generate_series(1, 50) AS n;
            """
        ),
        (
            "20240102000000_prices",
            """
            ALTER TABLE books ADD COLUMN currency text;
            UPDATE books SET price = price + 1, currency = 'EUR';
            INSERT INTO sales VALUES (1, 1), (2, 2);
            """
        ),
        (
            "20240103000000_indexes",
            """
            INSERT INTO sales VALUES (3, 3);
            UPDATE books SET price = price * 2;
            CREATE INDEX CONCURRENTLY books_title ON books (title);
            INSERT INTO sales VALUES (4, 4);
            CREATE UNIQUE INDEX CONCURRENTLY books_id ON books (id);
            INSERT INTO sales VALUES (5, 5);
            CREATE INDEX CONCURRENTLY ON books (price);
            """
        ),
        (
            "20240104000000_own_transactions",
            """
            BEGIN;
            INSERT INTO sales VALUES (6, 6);
            COMMIT;
            BEGIN;
            UPDATE books SET price = price + 7;
            CREATE TABLE shelves (id int);
            COMMIT;
            """
        ),
        (
            "20240105000000_moods",
            """
            CREATE TYPE mood AS ENUM ('fine');
            ALTER TYPE mood ADD VALUE 'gloomy';
            ALTER TABLE books ADD COLUMN mood mood;
            UPDATE books SET mood = 'gloomy', price = price + 1 WHERE id <= 10;
            """
        ),
        (
            "20240106000000_partitions",
            """
            CREATE TABLE years (year int) PARTITION BY LIST (year);
            CREATE TABLE years_2023 PARTITION OF years FOR VALUES IN (2023);
            INSERT INTO years VALUES (2023);
            ALTER TABLE years DETACH PARTITION years_2023 CONCURRENTLY;
            REINDEX INDEX CONCURRENTLY books_id;
            INSERT INTO sales VALUES (7, 7);
            """
        ),
    ]

    /// Writes the migrations below a directory.
    static func make(in directory: String) throws -> FaultScene {
        let folder = "\(directory)/migrations"
        for script in scripts {
            let path = "\(folder)/\(script.name)"
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
            try script.sql.write(
                toFile: "\(path)/migration.sql", atomically: true, encoding: .utf8)
        }
        return FaultScene(migrations: folder, program: try ProcessRunner.sluice())
    }

    func start(_ url: String) throws -> RunningProcess {
        try ProcessRunner.start(
            program, ["deploy", "--migrations", migrations],
            environment: ["DATABASE_URL": url, "NO_COLOR": "1"])
    }

    func deploy(_ url: String) async throws -> ProcessRunner.Output {
        try await start(url).wait()
    }

    /// Everything that must be the same however a run was disturbed.
    struct Outcome: Equatable {
        /// As pg_dump writes it.
        var schema: String
        /// All rows, and whatever history and ledger have too much or too little of.
        var facts: String
    }

    func outcome(_ url: String) async throws -> Outcome {
        async let schema = dump(url)
        let facts = try await ask(Self.facts, url)
        return Outcome(schema: try await schema, facts: facts)
    }

    /// As ``outcome(_:)``, of a database without `_sluice`.
    func ledgerlessOutcome(_ url: String) async throws -> Outcome {
        let facts = try await ask(
            """
            SELECT jsonb_build_array((SELECT jsonb_agg(b ORDER BY id) FROM books b),
              (SELECT jsonb_agg(s ORDER BY book, amount) FROM sales s),
              (SELECT jsonb_agg(migration_name ORDER BY started_at) FROM _prisma_migrations
               WHERE finished_at IS NOT NULL))
            """, url)
        return Outcome(schema: "", facts: facts)
    }

    /// Whether no row was inserted twice and no migration begun twice.
    func hasNothingTwice(_ url: String) async throws -> Bool {
        // The tables are not there when the run ended early.
        if try await ask("SELECT to_regclass('sales') IS NULL", url) == "t" { return true }
        return try await ask(
            """
            SELECT NOT EXISTS (SELECT FROM sales GROUP BY book HAVING count(*) > 1)
               AND NOT EXISTS (SELECT FROM _prisma_migrations GROUP BY migration_name
                               HAVING count(*) > 1)
            """, url) == "t"
    }

    private func ask(_ sql: String, _ url: String) async throws -> String {
        try await onOwnThread {
            try PostgresSession(connecting: ConnectionTarget(url: url)).query(sql).scalar ?? ""
        }
    }

    private static let facts = """
        SELECT jsonb_pretty(jsonb_build_object(
          'books', (SELECT jsonb_agg(b ORDER BY id) FROM books b),
          'sales', (SELECT jsonb_agg(s ORDER BY book, amount) FROM sales s),
          'history', (SELECT jsonb_agg(jsonb_build_array(migration_name, checksum, logs,
                        finished_at IS NOT NULL, rolled_back_at, applied_steps_count)
                      ORDER BY migration_name) FROM _prisma_migrations),
          'order', (SELECT jsonb_agg(migration_name ORDER BY started_at) FROM _prisma_migrations),
          'steps', (SELECT jsonb_agg(jsonb_build_array(migration, checksum, outcome)
                    ORDER BY migration) FROM _sluice.steps),
          'progress', (SELECT jsonb_agg(p) FROM _sluice.progress p),
          'invalid indexes', (SELECT jsonb_agg(indexrelid::regclass) FROM pg_index
                              WHERE NOT (indisvalid AND indisready AND indislive))))
        """

    private func dump(_ url: String) async throws -> String {
        let program = try ServerInstallation.find(override: nil).bindir + "/pg_dump"
        let output = try await ProcessRunner.run(
            program,
            [
                "--schema-only", "--exclude-schema=_sluice", "--exclude-table=_prisma_migrations",
                url,
            ])
        guard output.status == 0 else { throw FaultyDump(message: output.stderr) }
        // pg_dump guards its output with a random word since 15.14.
        return output.stdout.split(separator: "\n").filter { !$0.hasPrefix("\\") }
            .joined(separator: "\n")
    }
}

/// pg_dump failed.
struct FaultyDump: Error {
    var message: String
}
