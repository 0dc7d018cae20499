import PostgresLink

/// Writes the SQL by which history and ledger keep up with what a script did.
///
/// Every statement names its schema, because a script may have left any
/// search_path behind.
struct Bookkeeping: Sendable {
    var table: HistoryTable
    /// The deployment the steps belong to; `nil` where there is no ledger.
    var deployment: String?
    var commit: String?
    var session: SessionSettings

    /// Records a finished migration; run in the transaction of its script.
    ///
    /// `started_at` is the start of that transaction. The first statement
    /// returns the milliseconds the script took by the server's clock.
    func applied(_ migration: Migration) -> [String] {
        let history = """
            INSERT INTO \(table.qualified)
              (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
            VALUES ('\(UUID4.make())', '\(migration.checksum)', pg_catalog.clock_timestamp(),
                    \(Quoting.literal(migration.name)), pg_catalog.now(), 1)
            RETURNING \(Self.elapsed)
            """
        return [history] + step(migration, startedAt: "pg_catalog.now()")
    }

    /// Opens a stepwise migration with the unfinished row that stops Prisma.
    func started(_ migration: Migration, id: String, total: Int) -> [String] {
        let history = """
            INSERT INTO \(table.qualified) (id, checksum, migration_name, started_at, applied_steps_count)
            VALUES ('\(id)', '\(migration.checksum)', \(Quoting.literal(migration.name)),
                    pg_catalog.clock_timestamp(), 0)
            """
        guard deployment != nil else { return [history] }
        let progress = """
            INSERT INTO _sluice.progress
              (migration, history_id, finished_units, finished_statements, total_statements, prefix)
            VALUES (\(Quoting.literal(migration.name)), '\(id)', 0, 0, \(total), '')
            """
        return [history, progress]
    }

    /// Notes how far a stepwise migration has come.
    func advanced(_ migration: Migration, units: Int, statements: Int, prefix: String) -> [String] {
        guard deployment != nil else { return [] }
        return [
            """
            UPDATE _sluice.progress
            SET finished_units = \(units), finished_statements = \(statements), prefix = '\(prefix)',
                updated_at = pg_catalog.clock_timestamp()
            WHERE migration = \(Quoting.literal(migration.name))
            """
        ]
    }

    /// Closes a stepwise migration: its row is finished, its progress forgotten.
    func finished(_ migration: Migration, id: String) -> [String] {
        let history = """
            UPDATE \(table.qualified)
            SET finished_at = pg_catalog.clock_timestamp(), applied_steps_count = 1,
                checksum = '\(migration.checksum)', logs = NULL
            WHERE id = '\(id)'
            RETURNING (extract(epoch from pg_catalog.clock_timestamp() - started_at) * 1000)::bigint
            """
        guard deployment != nil else { return [history] }
        let started = "(SELECT started_at FROM \(table.qualified) WHERE id = '\(id)')"
        return [history] + step(migration, startedAt: started) + [
            "DELETE FROM _sluice.progress WHERE migration = \(Quoting.literal(migration.name))"
        ]
    }

    private static let elapsed =
        "(extract(epoch from pg_catalog.clock_timestamp() - pg_catalog.now()) * 1000)::bigint"

    private func step(_ migration: Migration, startedAt: String) -> [String] {
        guard let deployment else { return [] }
        return [
            """
            INSERT INTO _sluice.steps
              (deployment, migration, checksum, outcome, commit, author, started_at)
            VALUES ('\(deployment)', \(Quoting.literal(migration.name)), '\(migration.checksum)',
                    'applied', \(Quoting.literal(migration.commit ?? commit)),
                    \(Quoting.literal(migration.author)), \(startedAt))
            """
        ]
    }
}
