/// The triggers that keep events as they were written.
///
/// They fire whatever `session_replication_role` says. Who owns the tables can
/// still take them away, which is how a later layout changes them.
enum LedgerTriggers {
    static var all: String {
        functions
            + LedgerTriggers.events.map { keep($0.table, fillable: $0.fillable) }.joined() + stamp
    }

    /// Every table of events with the columns that may be filled once; the first
    /// of them says that it has happened.
    static let events: [(table: String, fillable: [String])] = [
        ("deployments", ["finished_at", "verdict"]), ("steps", []), ("gate_results", []),
        ("smoke_runs", []), ("approvals", []), ("overrides", []), ("accepts", []),
        ("holds", ["released_at", "released_by", "release_reason"]), ("resolves", []),
        ("renames", []), ("reminders", ["done_at", "done_by", "note"]),
        ("maintenance", ["turned_off_at", "turned_off_by"]),
    ]

    private static let functions = """
        CREATE OR REPLACE FUNCTION _sluice.keep_event() RETURNS trigger
        LANGUAGE plpgsql SET search_path = pg_catalog AS $sluice$
        BEGIN
            IF TG_OP = 'UPDATE' AND TG_NARGS > 0 THEN
                IF to_jsonb(OLD) ->> TG_ARGV[0] IS NULL
                    AND to_jsonb(OLD) - TG_ARGV = to_jsonb(NEW) - TG_ARGV THEN
                    RETURN NEW;
                END IF;
            END IF;
            RAISE EXCEPTION 'the ledger keeps its events: % of _sluice.% is refused', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'object_not_in_prerequisite_state';
        END $sluice$;
        CREATE OR REPLACE FUNCTION _sluice.stamp_approval() RETURNS trigger
        LANGUAGE plpgsql SET search_path = pg_catalog AS $sluice$
        BEGIN
            NEW.approved_at := clock_timestamp();
            RETURN NEW;
        END $sluice$;

        """

    static func keep(_ table: String, fillable: [String]) -> String {
        let columns = fillable.map { "'\($0)'" }.joined(separator: ", ")
        return """
            DROP TRIGGER IF EXISTS keep_event ON _sluice.\(table);
            CREATE TRIGGER keep_event BEFORE UPDATE OR DELETE ON _sluice.\(table)
                FOR EACH ROW EXECUTE FUNCTION _sluice.keep_event(\(columns));
            DROP TRIGGER IF EXISTS keep_events ON _sluice.\(table);
            CREATE TRIGGER keep_events BEFORE TRUNCATE ON _sluice.\(table)
                FOR EACH STATEMENT EXECUTE FUNCTION _sluice.keep_event();
            ALTER TABLE _sluice.\(table) ENABLE ALWAYS TRIGGER keep_event;
            ALTER TABLE _sluice.\(table) ENABLE ALWAYS TRIGGER keep_events;

            """
    }

    /// An approval is as old as the server's clock says, whatever is written.
    private static let stamp = """
        DROP TRIGGER IF EXISTS stamp_approval ON _sluice.approvals;
        CREATE TRIGGER stamp_approval BEFORE INSERT ON _sluice.approvals
            FOR EACH ROW EXECUTE FUNCTION _sluice.stamp_approval();
        ALTER TABLE _sluice.approvals ENABLE ALWAYS TRIGGER stamp_approval;

        """
}
