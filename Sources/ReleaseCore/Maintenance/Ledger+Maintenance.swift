import PostgresLink

/// Maintenance mode as the ledger knows it.
struct MaintenanceRecord: Sendable, Hashable {
    /// The deployment it was for, where it was for one.
    var deployment: String?
    var by: String
    /// As the server prints it.
    var since: String
}

extension LedgerReader {
    /// Maintenance mode that nobody has lifted; `nil` when there is none.
    ///
    /// - Throws: `PostgresError`.
    static func maintenance(_ session: PostgresSession) throws -> MaintenanceRecord? {
        guard
            try session.query("SELECT to_regclass('_sluice.maintenance') IS NOT NULL").scalar == "t"
        else { return nil }
        return try session.query(
            """
            SELECT deployment, turned_on_by, turned_on_at FROM _sluice.maintenance
            WHERE turned_off_at IS NULL ORDER BY id LIMIT 1
            """
        ).records.first.map {
            MaintenanceRecord(
                deployment: $0["deployment"], by: $0["turned_on_by"] ?? "",
                since: $0["turned_on_at"] ?? "")
        }
    }
}

extension LedgerWriter {
    /// Writes down that maintenance mode is about to be switched on; waits for
    /// the disk, since a crash may be what comes next.
    ///
    /// - Throws: `PostgresError`.
    static func rememberMaintenance(
        _ session: PostgresSession, deployment: String?, by actor: String
    ) throws {
        try session.record(
            """
            BEGIN; \(SessionSettings.durableCommit);
            INSERT INTO _sluice.maintenance (deployment, turned_on_by)
            VALUES (\(Quoting.literal(deployment)), \(Quoting.literal(actor)));
            COMMIT
            """)
    }

    /// Writes down that it is off again.
    ///
    /// - Throws: `PostgresError`.
    static func forgetMaintenance(_ session: PostgresSession, by actor: String) throws {
        try session.record(
            """
            UPDATE _sluice.maintenance
            SET turned_off_at = pg_catalog.clock_timestamp(),
                turned_off_by = \(Quoting.literal(actor))
            WHERE turned_off_at IS NULL
            """)
    }
}
