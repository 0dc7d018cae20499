import PostgresLink

/// The tables of schema `_sluice`.
enum LedgerSchema {
    /// The layout this program writes.
    static let version = 2

    /// Brings an older layout to this one. One text, to be run in one transaction.
    static let upgrade = """
        ALTER TABLE _sluice.progress ADD COLUMN IF NOT EXISTS witness text,
            ADD COLUMN IF NOT EXISTS alone text;
        UPDATE _sluice.meta SET version = \(version);

        """

    /// Creates schema and tables and pins the environment's name. One text, to
    /// be run in one transaction.
    static func creation(environment: String) -> String {
        """
        CREATE SCHEMA IF NOT EXISTS _sluice;
        CREATE TABLE _sluice.meta (
            only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            version     integer NOT NULL,
            environment text NOT NULL,
            created_at  timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        COMMENT ON TABLE _sluice.meta IS 'The ledger''s layout, and which environment this database is.';
        CREATE TABLE _sluice.deployments (
            id          uuid PRIMARY KEY,
            branch      text,
            commit      text,
            digest      text NOT NULL,
            actor       text NOT NULL,
            started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
            finished_at timestamptz,
            verdict     text
        );
        CREATE TABLE _sluice.steps (
            id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            deployment  uuid,
            migration   text NOT NULL,
            checksum    text NOT NULL,
            outcome     text NOT NULL CHECK (outcome IN ('applied', 'failed', 'marked-applied', 'marked-rolled-back')),
            commit      text,
            author      text,
            attempts    integer NOT NULL DEFAULT 1,
            statement   integer,
            sqlstate    text,
            message     text,
            started_at  timestamptz NOT NULL,
            finished_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE INDEX ON _sluice.steps (migration);
        CREATE TABLE _sluice.progress (
            migration           text PRIMARY KEY,
            history_id          text NOT NULL,
            finished_units      integer NOT NULL,
            finished_statements integer NOT NULL,
            total_statements    integer NOT NULL,
            prefix              text NOT NULL,
            fate                text NOT NULL DEFAULT 'waiting'
                                CHECK (fate IN ('waiting', 'running', 'failed')),
            witness             text,
            alone               text,
            updated_at          timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE TABLE _sluice.smoke_runs (
            id          uuid PRIMARY KEY,
            deployment  uuid,
            commit      text,
            outcome     text NOT NULL CHECK (outcome IN ('passed', 'failed', 'error')),
            results     jsonb NOT NULL,
            started_at  timestamptz NOT NULL,
            finished_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE TABLE _sluice.holds (
            id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            reason         text NOT NULL,
            placed_by      text NOT NULL,
            placed_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
            released_by    text,
            release_reason text,
            released_at    timestamptz
        );
        INSERT INTO _sluice.meta (version, environment)
        VALUES (\(version), \(Quoting.literal(environment)));
        """
    }
}
