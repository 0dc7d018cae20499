import PostgresLink

/// The layout of schema `_sluice`: how it is made, and how an older one is
/// brought up to date.
enum LedgerSchema {
    /// The layout this program writes.
    static let version = 2

    /// Creates schema and tables and pins the environment's name. One text, to
    /// be run in one transaction.
    static func creation(environment: String) -> String {
        """
        \(quietly)
        DO $sluice$ BEGIN
            IF pg_catalog.to_regnamespace('_sluice') IS NULL THEN CREATE SCHEMA _sluice; END IF;
        END $sluice$;
        \(LedgerTables.all)
        \(LedgerTriggers.all)
        INSERT INTO _sluice.meta (version, environment)
        VALUES (\(version), \(Quoting.literal(environment))) ON CONFLICT DO NOTHING;
        \(aloud)

        """
    }

    /// Brings an older layout up to date, in the transaction it is run in. Every
    /// statement may run again: of two that upgrade at once, the second waits for
    /// the first and then changes nothing.
    static let upgrade = """
        \(quietly)
        UPDATE _sluice.meta SET version = \(version) WHERE version < \(version);
        \(LedgerTables.all)
        ALTER TABLE _sluice.deployments ADD COLUMN IF NOT EXISTS configuration text;
        ALTER TABLE _sluice.progress ADD COLUMN IF NOT EXISTS witness text,
            ADD COLUMN IF NOT EXISTS alone text;
        \(LedgerTriggers.all)
        \(aloud)

        """

    /// What must run before this program writes.
    ///
    /// - Parameters:
    ///   - state: what was read from the database.
    ///   - environment: the name to pin.
    /// - Returns: statements for a transaction; none where the ledger is as it must be.
    static func preparation(_ state: DatabaseState, environment: String) -> String {
        guard let ledger = state.ledger else { return creation(environment: environment) }
        return ledger.version < version ? upgrade : ""
    }

    /// What is there already is no news.
    private static let quietly = "SET LOCAL client_min_messages = warning;"
    private static let aloud = "RESET client_min_messages;"
}
