/// The tables of schema `_sluice`.
///
/// All but `meta` and `progress` hold events, which ``LedgerTriggers`` keeps
/// as they were written.
enum LedgerTables {
    static let all = [meta, deployments, judgements, words, afterwards].joined(separator: "\n")

    private static let meta = """
        CREATE TABLE IF NOT EXISTS _sluice.meta (
            only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            version     integer NOT NULL,
            environment text NOT NULL,
            created_at  timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        COMMENT ON TABLE _sluice.meta IS 'The ledger''s layout, and which environment this database is.';
        """

    /// What ran.
    private static let deployments = """
        CREATE TABLE IF NOT EXISTS _sluice.deployments (
            id          uuid PRIMARY KEY,
            branch      text,
            commit      text,
            digest      text NOT NULL,
            actor       text NOT NULL,
            started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
            finished_at timestamptz,
            verdict     text,
            configuration text
        );
        CREATE TABLE IF NOT EXISTS _sluice.steps (
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
        CREATE INDEX IF NOT EXISTS steps_migration_idx ON _sluice.steps (migration);
        CREATE TABLE IF NOT EXISTS _sluice.progress (
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
        """

    /// What gates and smoke checks said.
    private static let judgements = """
        CREATE TABLE IF NOT EXISTS _sluice.gate_results (
            id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            deployment   uuid NOT NULL,
            gate         text NOT NULL,
            outcome      text NOT NULL CHECK (outcome IN ('pass', 'block', 'overridden')),
            evidence     jsonb NOT NULL,
            evaluated_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE TABLE IF NOT EXISTS _sluice.smoke_runs (
            id          uuid PRIMARY KEY,
            deployment  uuid,
            commit      text,
            outcome     text NOT NULL CHECK (outcome IN ('passed', 'failed', 'error')),
            results     jsonb NOT NULL,
            started_at  timestamptz NOT NULL,
            finished_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        """

    /// What people said.
    private static let words = """
        CREATE TABLE IF NOT EXISTS _sluice.approvals (
            id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            digest      text NOT NULL,
            commit      text,
            name        text NOT NULL,
            email       text NOT NULL,
            actor       text NOT NULL,
            plan        jsonb NOT NULL,
            signature   text,
            approved_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE INDEX IF NOT EXISTS approvals_digest_idx ON _sluice.approvals (digest);
        CREATE TABLE IF NOT EXISTS _sluice.overrides (
            id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            deployment    uuid NOT NULL,
            gate          text NOT NULL,
            reason        text NOT NULL,
            overridden_by text NOT NULL,
            evidence      jsonb NOT NULL,
            overridden_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE TABLE IF NOT EXISTS _sluice.accepts (
            id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            deployment  uuid,
            kind        text NOT NULL,
            migration   text NOT NULL,
            checksum    text NOT NULL,
            detail      text NOT NULL,
            reason      text,
            accepted_by text NOT NULL,
            accepted_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE TABLE IF NOT EXISTS _sluice.holds (
            id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            reason         text NOT NULL,
            placed_by      text NOT NULL,
            placed_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
            released_by    text,
            release_reason text,
            released_at    timestamptz
        );
        CREATE TABLE IF NOT EXISTS _sluice.resolves (
            id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            migration   text NOT NULL,
            checksum    text NOT NULL,
            outcome     text NOT NULL CHECK (outcome IN ('applied', 'rolled-back')),
            reason      text,
            resolved_by text NOT NULL,
            resolved_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE TABLE IF NOT EXISTS _sluice.renames (
            id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            old_name   text NOT NULL,
            new_name   text NOT NULL,
            reason     text,
            renamed_by text NOT NULL,
            renamed_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        """

    /// What a deployment leaves to be done.
    private static let afterwards = """
        CREATE TABLE IF NOT EXISTS _sluice.reminders (
            id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            deployment uuid,
            migration  text,
            text       text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            done_at    timestamptz,
            done_by    text,
            note       text
        );
        CREATE TABLE IF NOT EXISTS _sluice.maintenance (
            id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            deployment     uuid,
            turned_on_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
            turned_on_by   text NOT NULL,
            turned_off_at  timestamptz,
            turned_off_by  text
        );
        """
}
