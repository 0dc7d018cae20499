import PostgresLink

/// What the server itself counts for the environment's database.
struct DatabaseStatistics: Sendable, Hashable {
    var commits: Double
    var rollbacks: Double
    var deadlocks: Double
    var conflicts: Double
    /// Seconds since counting began, where the server knows it.
    var age: Double?
    /// Milliseconds and calls of all statements, where they were asked for.
    var time: Double?
    var calls: Double?

    /// - Throws: ``MetricsRun/Unknown`` when `pg_stat_statements` is needed and
    ///   not there, `ConnectionFailure`, `PostgresError`.
    static func read(
        _ database: CheckDatabase, _ signal: MetricsCheck.DatabaseSignal, _ timeout: Duration
    ) throws -> DatabaseStatistics {
        try database.inTransaction("READ ONLY", timeout, commits: true) { session in
            let record = try session.query(counters).records.first ?? [:]
            func number(_ key: String) -> Double? { record[key].flatMap { Double($0) } }
            var statistics = DatabaseStatistics(
                commits: number("xact_commit") ?? 0, rollbacks: number("xact_rollback") ?? 0,
                deadlocks: number("deadlocks") ?? 0, conflicts: number("conflicts") ?? 0,
                age: number("age"))
            if signal == .statementTime {
                try statistics.readStatements(session, schema: record["statements"])
            }
            return statistics
        }
    }

    private static let counters = """
        SELECT xact_commit, xact_rollback, deadlocks, conflicts,
               extract(epoch FROM clock_timestamp() - stats_reset) AS age,
               (SELECT n.nspname FROM pg_catalog.pg_extension e
                JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
                WHERE e.extname = 'pg_stat_statements') AS statements
        FROM pg_catalog.pg_stat_database WHERE datname = pg_catalog.current_database()
        """

    /// Columns since PostgreSQL 13 (manual, F.32).
    private mutating func readStatements(_ session: PostgresSession, schema: String?) throws {
        guard let schema else {
            throw MetricsRun.Unknown(
                why: "the extension pg_stat_statements is not installed in this database.")
        }
        let row =
            try session.query(
                """
                SELECT coalesce(sum(total_exec_time), 0), coalesce(sum(calls), 0)
                FROM \(Quoting.identifier(schema)).pg_stat_statements
                WHERE dbid = (SELECT oid FROM pg_catalog.pg_database
                              WHERE datname = pg_catalog.current_database())
                """
            ).rows.first ?? []
        time = row.first.flatMap { $0 }.flatMap { Double($0) }
        calls = row.last.flatMap { $0 }.flatMap { Double($0) }
    }

    /// What a signal was until now, over a time as long as the window.
    func value(of signal: MetricsCheck.DatabaseSignal, over seconds: Double) -> Double? {
        let perWindow = age.flatMap { $0 > 0 ? seconds / $0 : nil }
        switch signal {
        case .rollbackRatio: return Self.part(rollbacks, of: commits + rollbacks)
        case .deadlocks: return perWindow.map { deadlocks * $0 }
        case .conflicts: return perWindow.map { conflicts * $0 }
        case .statementTime: return Self.part(time, of: calls)
        }
    }

    /// What a signal was since an earlier reading.
    func value(of signal: MetricsCheck.DatabaseSignal, since earlier: DatabaseStatistics) -> Double?
    {
        let rollbacks = rollbacks - earlier.rollbacks
        switch signal {
        case .rollbackRatio:
            return Self.part(rollbacks, of: commits - earlier.commits + rollbacks)
        case .deadlocks: return deadlocks - earlier.deadlocks
        case .conflicts: return conflicts - earlier.conflicts
        case .statementTime:
            guard let time, let calls, let before = earlier.time, let count = earlier.calls else {
                return nil
            }
            return Self.part(time - before, of: calls - count)
        }
    }

    private static func part(_ part: Double?, of whole: Double?) -> Double? {
        guard let part, let whole, whole > 0 else { return nil }
        return part / whole
    }
}
