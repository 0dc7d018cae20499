import PostgresLink

/// Looks at what a deployment has left in the database: the runbook's “status
/// reports up to date”, and nothing invalid.
struct Verification {
    let plan: Plan
    let table: HistoryTable
    /// The deployment in the ledger; `nil` where there is none, and then what was
    /// there before cannot be told from what is new.
    let deployment: String?

    /// Whether a half-finished migration was carried on with: what its cut-short statement left
    /// is older than the deployment, and the script may not have that statement any more.
    private var carriesOn: Bool { plan.migrations.contains { $0.continuation != nil } }

    /// One round trip.
    ///
    /// - Returns: what is wrong; nothing when all is well.
    /// - Throws: `PostgresError`.
    func run(_ session: PostgresSession) throws -> [SmokeRun.Result] {
        var queries = [history] + (deployment.map(leftovers) ?? [])
        // The column is that of PostgreSQL 14, as DETACH CONCURRENTLY is.
        if deployment != nil, carriesOn, session.serverVersion >= 140_000 {
            queries.append(Self.detachments)
        }
        let results = try session.execute(queries.joined(separator: ";\n"))
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
        guard results.count > 2 else { return found }
        return found
            + [
                Self.result(
                    "indexes valid", results[1], required: true,
                    carriesOn ? "left invalid; mend with" : "left invalid: drop and create again"),
                results.count < 4
                    ? nil
                    : Self.result(
                        "partitions detached", results[3], required: true,
                        "left half detached, its rows out of sight; mend with"),
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
    private func leftovers(_ deployment: String) -> [String] {
        let start = "(SELECT age(d.xmin) FROM _sluice.deployments d WHERE d.id = '\(deployment)')"
        let constraints = """
            SELECT pg_catalog.format('%s on %s', pg_catalog.quote_ident(c.conname), c.conrelid::regclass)
            FROM pg_catalog.pg_constraint c
            WHERE NOT c.convalidated AND c.conrelid <> 0 AND age(c.xmin) <= \(start) ORDER BY 1
            """
        if carriesOn { return [Self.invalidIndexes, constraints] }
        let indexes = """
            SELECT i.indexrelid::regclass::text FROM pg_catalog.pg_index i
            WHERE NOT i.indisvalid AND age(i.xmin) <= \(start)
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p
                              WHERE p.index_relid = i.indexrelid)
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_class c
                              WHERE c.oid = i.indexrelid AND c.relkind = 'I')
            ORDER BY 1
            """
        return [indexes, constraints]
    }

    /// The statements that mend the invalid indexes of the whole database, however old. What a
    /// rebuild has left beside the original, and what a DROP has declared dead, can only be
    /// dropped (PostgreSQL manual, REINDEX). Of builds by other
    /// roles the view may hide the table.
    private static let invalidIndexes = """
        SELECT pg_catalog.format(
          CASE WHEN i.indislive AND c.relname !~ '_cc(new|old)[0-9]*$'
               THEN 'REINDEX INDEX CONCURRENTLY %1$s or DROP INDEX CONCURRENTLY %1$s'
               ELSE 'DROP INDEX CONCURRENTLY %1$s' END, i.indexrelid::regclass)
        FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
        WHERE NOT i.indisvalid AND c.relkind = 'i'
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p
                          WHERE p.relid = i.indrelid
                             OR p.relid IS NULL AND p.datname = pg_catalog.current_database())
        ORDER BY 1
        """

    /// The statements that finish detachments which nobody is at work on.
    private static let detachments = """
        SELECT pg_catalog.format(
          'ALTER TABLE %s DETACH PARTITION %s FINALIZE', h.inhparent::regclass, h.inhrelid::regclass)
        FROM pg_catalog.pg_inherits h
        WHERE h.inhdetachpending
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_locks l
                          JOIN pg_catalog.pg_database d ON d.oid = l.database
                          WHERE d.datname = pg_catalog.current_database()
                            AND l.relation = h.inhparent AND l.granted
                            AND l.mode = 'ShareUpdateExclusiveLock')
        ORDER BY 1
        """
}
