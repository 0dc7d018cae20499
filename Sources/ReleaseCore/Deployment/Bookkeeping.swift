import PostgresLink
import SQLAnalysis

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
    /// The database's, where it may not hold every character.
    var encoding: String?

    /// Opens a migration with an unfinished row.
    ///
    /// In a transaction of its own this is the row that stops Prisma; in the
    /// script's transaction nobody sees it before it is finished. The time is
    /// the clock's, because `now()` is the moment the message arrived, the same
    /// for every migration in it, and Prisma sorts by this column.
    func started(_ migration: Migration, id: String) -> String {
        """
        INSERT INTO \(table.qualified) (id, checksum, migration_name, started_at, applied_steps_count)
        VALUES ('\(id)', '\(migration.checksum)', \(Quoting.literal(migration.name)),
                pg_catalog.clock_timestamp(), 0)
        """
    }

    /// Opens a migration once more where a ROLLBACK of the script's own took its row away.
    func startedUnlessKept(_ migration: Migration, id: String) -> String {
        """
        INSERT INTO \(table.qualified) (id, checksum, migration_name, started_at, applied_steps_count)
        SELECT '\(id)', '\(migration.checksum)', \(Quoting.literal(migration.name)),
               pg_catalog.clock_timestamp(), 0
        WHERE NOT EXISTS (SELECT FROM \(table.qualified) WHERE id = '\(id)')
        """
    }

    /// Closes a migration: its row is finished, its step is in the ledger.
    /// Returns the milliseconds it took by the server's clock.
    func finished(_ migration: Migration, id: String) -> String {
        let update = """
            UPDATE \(table.qualified)
            SET finished_at = pg_catalog.clock_timestamp(), applied_steps_count = 1,
                checksum = '\(migration.checksum)', logs = NULL
            WHERE id = '\(id)'
            """
        guard let deployment else { return "\(update) RETURNING \(Self.elapsed)" }
        return """
            WITH done AS (\(update) RETURNING started_at, finished_at)
            INSERT INTO _sluice.steps
              (deployment, migration, checksum, outcome, commit, author, started_at, finished_at)
            SELECT '\(deployment)', \(Quoting.literal(migration.name)), '\(migration.checksum)',
                   'applied', \(Quoting.literal(migration.commit ?? commit)),
                   \(Quoting.literal(migration.author.map { RecordText.fitting($0, encoding: encoding) })), started_at, finished_at FROM done
            RETURNING \(Self.elapsed)
            """
    }

    /// Remembers what the script asks people to do, together with what it did.
    func reminded(_ planned: PlannedMigration) -> [String] {
        guard let deployment, !planned.reminders.isEmpty else { return [] }
        let texts = planned.reminders.map {
            (Optional(planned.name), RecordText.fitting($0, encoding: encoding))
        }
        return [Reminder.insertion(texts, deployment: deployment)]
    }

    private static let elapsed = "(extract(epoch from finished_at - started_at) * 1000)::bigint"

    /// Starts counting the finished part of a stepwise migration.
    func progressOpened(_ migration: Migration, id: String, total: Int) -> [String] {
        guard deployment != nil else { return [] }
        return [
            """
            INSERT INTO _sluice.progress
              (migration, history_id, finished_units, finished_statements, total_statements, prefix)
            VALUES (\(Quoting.literal(migration.name)), '\(id)', 0, 0, \(total), '')
            ON CONFLICT (migration) DO UPDATE
            SET history_id = EXCLUDED.history_id, finished_units = 0, finished_statements = 0,
                total_statements = EXCLUDED.total_statements, prefix = '', fate = DEFAULT,
                witness = NULL
            """
        ]
    }

    /// Notes which statements the server has refused in a transaction, so that a later
    /// run cuts the script into the same units.
    func refused(_ statements: Set<Int>, of migration: Migration) -> [String] {
        guard deployment != nil else { return [] }
        let list = statements.sorted().map(String.init).joined(separator: ",")
        return [
            """
            UPDATE _sluice.progress SET alone = \(statements.isEmpty ? "NULL" : "'\(list)'")
            WHERE migration = \(Quoting.literal(migration.name))
            """
        ]
    }

    /// Notes how far a stepwise migration has come.
    ///
    /// - Parameters:
    ///   - migration: the stepwise migration.
    ///   - units: how many are finished.
    ///   - statements: how many are finished.
    ///   - prefix: names what they were.
    ///   - next: the statement that is sent by itself directly afterwards.
    /// - Returns: statements; none where there is no ledger.
    func advanced(
        _ migration: Migration, units: Int, statements: Int, prefix: String, next: Statement?
    ) -> [String] {
        guard deployment != nil else { return [] }
        return [
            """
            UPDATE _sluice.progress
            SET finished_units = \(units), finished_statements = \(statements), prefix = '\(prefix)',
                fate = '\(next == nil ? Settlement.Fate.waiting.rawValue : Settlement.Fate.running.rawValue)',
                witness = \(next.map(Witness.expression) ?? "NULL"),
                updated_at = pg_catalog.clock_timestamp()
            WHERE migration = \(Quoting.literal(migration.name))
            """
        ]
    }

    /// Notes that the statement behind the finished ones is sent now, and what was
    /// there before.
    func running(_ statement: Statement, of migration: Migration) -> [String] {
        guard deployment != nil else { return [] }
        return [
            """
            UPDATE _sluice.progress
            SET fate = 'running', witness = \(Witness.expression(for: statement))
            WHERE migration = \(Quoting.literal(migration.name))
            """
        ]
    }

    /// Notes that the unit behind the finished ones has failed.
    func failed(_ migration: Migration) -> [String] {
        guard deployment != nil else { return [] }
        return [
            """
            UPDATE _sluice.progress SET fate = 'failed'
            WHERE migration = \(Quoting.literal(migration.name))
            """
        ]
    }

    /// Forgets the progress of a stepwise migration that is finished.
    func progressClosed(_ migration: Migration) -> [String] {
        guard deployment != nil else { return [] }
        return ["DELETE FROM _sluice.progress WHERE migration = \(Quoting.literal(migration.name))"]
    }
}
