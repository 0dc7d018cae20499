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

    /// Reads by name: very old tables carry further columns. Ages are those of the
    /// moment the transaction began, the same as in the ledger, so that they compare.
    var selection: String {
        """
        SELECT id, migration_name, checksum, started_at, finished_at, rolled_back_at, applied_steps_count,
               (extract(epoch from pg_catalog.now() - finished_at) * 1000)::bigint AS age
        FROM \(qualified) ORDER BY started_at, finished_at
        """
    }

    /// By position, in the order of ``selection``: a history may have thousands
    /// of rows, and every command reads it.
    static func history(from result: ResultSet) -> History {
        History(
            rows: result.rows.compactMap { row in
                guard row.count == 8 else { return nil }
                return HistoryRow(
                    id: row[0] ?? "", name: row[1] ?? "", checksum: row[2] ?? "",
                    startedAt: row[3] ?? "", finishedAt: row[4], rolledBackAt: row[5],
                    appliedSteps: row[6].flatMap { Int($0) } ?? 0,
                    age: row[7].flatMap { Int64($0) }.map { .milliseconds($0) })
            })
    }
}
