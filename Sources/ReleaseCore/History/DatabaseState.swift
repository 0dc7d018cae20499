public import PostgresLink

/// What sluice reads from an environment's database before it decides
/// anything, in two round trips.
public struct DatabaseState: Sendable, Hashable {
    public var database: String
    public var role: String
    /// For example 150018.
    public var serverVersion: Int
    /// Whether the server refuses writes because it is a standby.
    public var isStandby: Bool
    /// The schema new tables go to; `nil` when the search path has none that exists.
    public var schema: String?
    /// The schema in which `_prisma_migrations` was found.
    public var historySchema: String?
    public var history: History
    /// `nil` when there is no ledger yet.
    public var ledger: LedgerState?
    /// Whether the role may create the ledger's schema.
    public var mayCreateSchema: Bool
    /// Tables that are there although there is no history: why a first
    /// deployment is refused. A few names, for the message.
    public var foreignTables: [String]

    /// The `schema` of the connection URL, which may not exist yet.
    var wantedSchema: String?

    /// Schemas that hold a `_prisma_migrations`, wherever the search path leads.
    var schemasWithHistory: [String] = []

    /// The server process that answered, as the server itself numbers it.
    var serverProcess: Int?

    /// Who owns the ledger, where this role may not change its layout.
    var ledgerOwner: String?

    /// Whether the schema `_sluice` is there, with or without a ledger.
    var hasLedgerSchema = false

    /// Whether the ledger has every table of the present layout.
    var hasPresentLayout = false

    /// Whether the session may only read unless it says otherwise.
    var isReadOnly = false

    /// Reads everything. Writes nothing.
    ///
    /// - Throws: ``PostgresError``.
    public static func read(_ session: PostgresSession) throws -> DatabaseState {
        var state = try readOverview(session)
        state.wantedSchema = session.target.schema
        try state.readDetails(session)
        return state
    }

    /// Tables PostGIS brings along, which Prisma does not count either.
    private static let ignoredTables =
        "'spatial_ref_sys','geometry_columns','geography_columns','raster_columns','raster_overviews'"

    private static func readOverview(_ session: PostgresSession) throws -> DatabaseState {
        let setup =
            session.target.schema.map { "SET search_path = \(Quoting.identifier($0));" } ?? ""
        // A role's own limit would end the session while it waits for a lock.
        let patience = session.serverVersion >= 140_000 ? "SET idle_session_timeout = 0;" : ""
        let results = try session.execute(
            setup + patience + """
                SELECT current_database(), current_user, pg_catalog.pg_is_in_recovery(), current_schema(),
                  (SELECT n.nspname FROM pg_catalog.pg_class c
                   JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                   WHERE c.oid = pg_catalog.to_regclass('_prisma_migrations')),
                  (SELECT pg_catalog.string_agg(c.relname, ',' ORDER BY c.relname DESC)
                   FROM pg_catalog.pg_class c
                   JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                   WHERE n.nspname = '_sluice' AND c.relname IN ('meta', 'accepts')
                     AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
                     AND pg_catalog.has_table_privilege(c.oid, 'SELECT')),
                  coalesce((SELECT pg_catalog.has_schema_privilege(oid, 'CREATE')
                                   AND pg_catalog.has_schema_privilege(oid, 'USAGE')
                            FROM pg_catalog.pg_namespace WHERE nspname = '_sluice'),
                           pg_catalog.has_database_privilege(current_database(), 'CREATE')),
                  pg_catalog.pg_backend_pid(),
                  (SELECT pg_catalog.string_agg(relname, ',') FROM
                    (SELECT c.relname FROM pg_catalog.pg_class c
                     WHERE c.relkind = 'r' AND lower(c.relname) NOT IN (\(ignoredTables), '_prisma_migrations')
                       AND c.relnamespace =
                         (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = current_schema())
                     ORDER BY 1 LIMIT 4) AS t),
                  (SELECT pg_catalog.string_agg(n.nspname, ',') FROM pg_catalog.pg_class c
                   JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                   WHERE c.relname = '_prisma_migrations' AND c.relkind = 'r'),
                  (SELECT pg_catalog.pg_get_userbyid(c.relowner) FROM pg_catalog.pg_class c
                   JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                   WHERE n.nspname = '_sluice' AND c.relname = 'meta'
                     AND NOT pg_catalog.pg_has_role(c.relowner, 'USAGE')),
                  EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = '_sluice'),
                  current_setting('default_transaction_read_only') = 'on'
                """)
        let row = results.last?.rows.first ?? []
        func field(_ index: Int) -> String? { index < row.count ? row[index] : nil }
        let ledgerTables = (field(5) ?? "").split(separator: ",")
        let hasLedger = ledgerTables.first == "meta"
        var state = DatabaseState(
            database: field(0) ?? "", role: field(1) ?? "", serverVersion: session.serverVersion,
            isStandby: field(2) == "t", schema: field(3), historySchema: field(4),
            history: History(),
            ledger: hasLedger ? LedgerState(version: 0, environment: "") : nil,
            mayCreateSchema: field(6) == "t",
            foreignTables: (field(8) ?? "").split(separator: ",").map(String.init),
            schemasWithHistory: (field(9) ?? "").split(separator: ",").map(String.init),
            serverProcess: field(7).flatMap { Int($0) })
        state.ledgerOwner = field(10)
        state.hasLedgerSchema = field(11) == "t"
        state.isReadOnly = field(12) == "t"
        state.hasPresentLayout = ledgerTables.count == 2
        return state
    }

    private mutating func readDetails(_ session: PostgresSession) throws {
        var sql = ""
        if let historySchema { sql += HistoryTable(schema: historySchema).selection + ";" }
        if ledger != nil { sql += LedgerReader.selection(hasPresentLayout: hasPresentLayout) }
        guard !sql.isEmpty else { return }
        // One snapshot: a deployment at work finishes rows of both at once.
        let snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\(sql)COMMIT"
        var results: ArraySlice<ResultSet>
        do {
            results = try session.execute(snapshot).dropFirst().dropLast()
        } catch let error as PostgresError where Self.isDamage(error) {
            _ = try? session.execute("ROLLBACK")
            throw LedgerDamage.refusal(error, session)
        }
        if historySchema != nil, let rows = results.popFirst() {
            history = HistoryTable.history(from: rows)
        }
        if ledger != nil { ledger = LedgerReader.state(from: Array(results)) }
    }

    /// A table or a column that is not there: undefined_table, undefined_column.
    private static func isDamage(_ error: PostgresError) -> Bool {
        ["42P01", "42703"].contains(error.state?.rawValue)
    }

    /// Where the history is or will be.
    var historyTable: HistoryTable {
        HistoryTable(schema: historySchema ?? schema ?? wantedSchema ?? "public")
    }

    /// The same without what only time changes. Equal ones give equal plans.
    var withoutAges: DatabaseState {
        var copy = self
        copy.history = History(
            rows: history.rows.map { row in
                var row = row
                row.age = nil
                return row
            })
        copy.ledger?.lastSmoke?.age = .zero
        return copy
    }

    /// Unfinished stepwise migrations whose row is still unfinished. Prisma's
    /// `resolve` knows nothing of the ledger: a row it closed is nothing to carry
    /// on with.
    var openProgress: [StepwiseProgress] {
        let unfinished = Set(history.failed.map(\.id))
        return (ledger?.progress ?? []).filter { unfinished.contains($0.historyID) }
    }
}
