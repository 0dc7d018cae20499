import PostgresLink

/// Looks at what a deployment has left in the database: the runbook's “status
/// reports up to date”, and nothing invalid.
struct Verification {
    let plan: Plan
    let table: HistoryTable
    /// The deployment in the ledger; `nil` where there is none, and then what was
    /// there before cannot be told from what is new.
    let deployment: String?

    /// One round trip.
    ///
    /// - Returns: what is wrong; nothing when all is well.
    /// - Throws: `PostgresError`.
    func run(_ session: PostgresSession) throws -> [SmokeRun.Result] {
        let results = try session.execute(history + ";" + (deployment.map(leftovers) ?? ""))
        var found: [SmokeRun.Result] = []
        let finished = Set(results[0].rows.compactMap { $0.first ?? nil })
        let missing = plan.migrations.map(\.name).filter { !finished.contains($0) }
        if let first = missing.first {
            let others = missing.count == 1 ? "is" : "and \(missing.count - 1) more are"
            found.append(
                .init(
                    verified: "history up to date", .failed,
                    "\(first) \(others) not in the history any more."))
        }
        guard results.count > 1 else { return found }
        return found
            + [
                Self.result(
                    "indexes valid", results[1], required: true,
                    "left invalid: drop and create again"),
                // Somebody wrote NOT VALID, and may mean to validate it later.
                Self.result(
                    "constraints validated", results[2], required: false,
                    "left NOT VALID: validate"),
            ].compactMap(\.self)
    }

    private static func result(
        _ name: String, _ rows: ResultSet, required: Bool, _ words: String
    ) -> SmokeRun.Result? {
        let objects = rows.rows.compactMap { $0.first ?? nil }
        guard !objects.isEmpty else { return nil }
        return .init(
            verified: name, .failed, "\(words) \(objects.joined(separator: ", ")).",
            required: required)
    }

    private var history: String {
        let names = plan.migrations.map { Quoting.literal($0.name) }.joined(separator: ",")
        return """
            SELECT migration_name FROM \(table.qualified)
            WHERE migration_name IN (\(names.isEmpty ? "''" : names))
              AND finished_at IS NOT NULL AND rolled_back_at IS NULL
            """
    }

    /// What is younger than the deployment's own row in the ledger came with it;
    /// an index that somebody else is building just now did not. The progress
    /// view is that of PostgreSQL 12 and later.
    private func leftovers(_ deployment: String) -> String {
        let start = "(SELECT age(d.xmin) FROM _sluice.deployments d WHERE d.id = '\(deployment)')"
        return """
            SELECT i.indexrelid::regclass::text FROM pg_catalog.pg_index i
            WHERE NOT i.indisvalid AND age(i.xmin) <= \(start)
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p
                              WHERE p.index_relid = i.indexrelid)
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_class c
                              WHERE c.oid = i.indexrelid AND c.relkind = 'I')
            ORDER BY 1;
            SELECT pg_catalog.format('%s on %s', pg_catalog.quote_ident(c.conname), c.conrelid::regclass)
            FROM pg_catalog.pg_constraint c
            WHERE NOT c.convalidated AND c.conrelid <> 0 AND age(c.xmin) <= \(start) ORDER BY 1
            """
    }
}
