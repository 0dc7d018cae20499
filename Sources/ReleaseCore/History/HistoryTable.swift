import PostgresLink

/// The SQL for Prisma's table, always qualified by its schema.
struct HistoryTable: Sendable, Hashable {
    static let name = "_prisma_migrations"

    var schema: String

    /// The table's name for SQL.
    var qualified: String { "\(Quoting.identifier(schema)).\(Self.name)" }

    /// As Prisma creates it (`create_migrations_table` of its PostgreSQL
    /// flavour), so that both tools find what they expect.
    var creation: String {
        """
        CREATE TABLE \(qualified) (
            id                      VARCHAR(36) PRIMARY KEY NOT NULL,
            checksum                VARCHAR(64) NOT NULL,
            finished_at             TIMESTAMPTZ,
            migration_name          VARCHAR(255) NOT NULL,
            logs                    TEXT,
            rolled_back_at          TIMESTAMPTZ,
            started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
            applied_steps_count     INTEGER NOT NULL DEFAULT 0
        )
        """
    }

    /// Reads by name: very old tables carry further columns.
    var selection: String {
        """
        SELECT id, migration_name, checksum, started_at, finished_at, rolled_back_at, applied_steps_count,
               (extract(epoch from pg_catalog.clock_timestamp() - finished_at) * 1000)::bigint AS age
        FROM \(qualified) ORDER BY started_at, finished_at
        """
    }

    static func history(from result: ResultSet) -> History {
        History(
            rows: result.records.map { record in
                HistoryRow(
                    id: record["id"] ?? "", name: record["migration_name"] ?? "",
                    checksum: record["checksum"] ?? "", startedAt: record["started_at"] ?? "",
                    finishedAt: record["finished_at"], rolledBackAt: record["rolled_back_at"],
                    appliedSteps: record["applied_steps_count"].flatMap { Int($0) } ?? 0,
                    age: record["age"].flatMap { Int64($0) }.map { .milliseconds($0) })
            })
    }
}
