import PostgresLink

/// Reads the parts of the ledger that decide about a deployment.
enum LedgerReader {
    /// Five statements; ``state(from:)`` reads their results.
    ///
    /// - Parameter hasPresentLayout: whether all tables are there to be read; an
    ///   older ledger is read as far as it goes.
    /// - Returns: one text.
    static func selection(hasPresentLayout: Bool) -> String {
        oldest + (hasPresentLayout ? acceptances : "SELECT WHERE false;")
    }

    private static let acceptances =
        "SELECT kind, migration, checksum, reason, accepted_by, accepted_at FROM _sluice.accepts ORDER BY id;"

    private static let oldest = """
        SELECT version, environment FROM _sluice.meta;
        SELECT reason, placed_by, placed_at FROM _sluice.holds
         WHERE released_at IS NULL ORDER BY id LIMIT 1;
        SELECT migration, history_id, finished_units, finished_statements, total_statements, prefix, fate,
               pg_catalog.to_jsonb(p) ->> 'witness' AS witness, pg_catalog.to_jsonb(p) ->> 'alone' AS alone
          FROM _sluice.progress p ORDER BY migration;
        SELECT outcome, commit, finished_at,
               (extract(epoch from pg_catalog.now() - finished_at) * 1000)::bigint AS age
          FROM _sluice.smoke_runs ORDER BY finished_at DESC LIMIT 1;
        """

    static func state(from results: [ResultSet]) -> LedgerState? {
        guard results.count == 5, let meta = results[0].records.first else { return nil }
        return LedgerState(
            version: meta["version"].flatMap { Int($0) } ?? 0,
            environment: meta["environment"] ?? "",
            hold: results[1].records.first.map {
                Hold(
                    reason: $0["reason"] ?? "", by: $0["placed_by"] ?? "",
                    since: $0["placed_at"] ?? "")
            },
            progress: results[2].records.map(progress),
            lastSmoke: results[3].records.first.map(smoke),
            acceptances: results[4].records.map(acceptance))
    }

    private static func acceptance(_ record: [String: String]) -> Acceptance {
        Acceptance(
            kind: record["kind"] ?? "", migration: record["migration"] ?? "",
            checksum: record["checksum"] ?? "", reason: record["reason"],
            by: record["accepted_by"] ?? "", at: record["accepted_at"] ?? "")
    }

    private static func progress(_ record: [String: String]) -> StepwiseProgress {
        func number(_ key: String) -> Int { record[key].flatMap { Int($0) } ?? 0 }
        return StepwiseProgress(
            migration: record["migration"] ?? "", historyID: record["history_id"] ?? "",
            finishedUnits: number("finished_units"),
            finishedStatements: number("finished_statements"),
            totalStatements: number("total_statements"), prefix: record["prefix"] ?? "",
            fate: record["fate"].flatMap(Settlement.Fate.init) ?? .running,
            witness: record["witness"],
            refused: Set((record["alone"] ?? "").split(separator: ",").compactMap { Int($0) }))
    }

    private static func smoke(_ record: [String: String]) -> SmokeRunSummary {
        SmokeRunSummary(
            outcome: record["outcome"] ?? "", commit: record["commit"],
            finishedAt: record["finished_at"] ?? "",
            age: .milliseconds(record["age"].flatMap { Int($0) } ?? 0))
    }
}
