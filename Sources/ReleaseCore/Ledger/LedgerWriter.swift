import PostgresLink

/// Writes deployments, failures, smoke runs and holds into the ledger.
struct LedgerWriter {
    let session: PostgresSession
    let settings: SessionSettings

    /// Opens a deployment: creates history and ledger where they are missing.
    /// One transaction, one round trip; harmless when it is open already.
    ///
    /// Deployments without a verdict were killed: whoever holds the lock is alone.
    /// When they ended, nobody knows.
    ///
    /// - Throws: `PostgresError`.
    func open(_ opening: Opening) throws {
        var sql = settings.reset.joined(separator: ";") + ";\nBEGIN;\n"
        if let schema = opening.missingSchema {
            sql += "CREATE SCHEMA IF NOT EXISTS \(Quoting.identifier(schema));\n"
        }
        if opening.createsHistory { sql += opening.table.creation + ";\n" }
        sql += opening.ledgerPreparation
        if opening.writesLedger {
            sql += """
                INSERT INTO _sluice.deployments (id, branch, commit, digest, actor, configuration)
                VALUES ('\(opening.deployment)', \(Quoting.literal(opening.plan.branch)),
                        \(Quoting.literal(opening.plan.commitDigits)), '\(opening.plan.digest)',
                        \(Quoting.literal(opening.actor)), \(Quoting.literal(opening.configuration)))
                ON CONFLICT (id) DO NOTHING;
                UPDATE _sluice.deployments SET verdict = '\(Verdict.interrupted.rawValue)'
                WHERE verdict IS NULL AND id <> '\(opening.deployment)';

                """
            sql += opening.judgements
        }
        // Everything behind counts on these tables, also after a crash of the server.
        try session.record(sql + "\(SessionSettings.durableCommit);\nCOMMIT")
    }

    /// Runs statements that record something, one after the other.
    ///
    /// - Throws: `PostgresError`.
    func execute(_ statements: [String]) throws {
        for statement in statements { try session.record(statement) }
    }

    struct Opening {
        var deployment: String
        var plan: Plan
        var actor: String
        var table: HistoryTable
        var missingSchema: String?
        var createsHistory: Bool
        /// Makes the ledger or brings it up to date.
        var ledgerPreparation: String
        var writesLedger: Bool
        /// What gates and people have said.
        var judgements: String
        /// A file that was named on the command line.
        var configuration: String?
    }

    /// Records a failed attempt; it left no trace of its own, being rolled back.
    ///
    /// - Throws: `PostgresError`.
    func record(_ failure: DeploymentFailure, of planned: PlannedMigration, deployment: String)
        throws
    {
        try session.record(
            """
            BEGIN; \(SessionSettings.durableCommit);
            INSERT INTO _sluice.steps
              (deployment, migration, checksum, outcome, commit, author, statement, sqlstate, message, started_at)
            VALUES ('\(deployment)', \(Quoting.literal(planned.name)), '\(planned.migration.checksum)',
                    'failed', \(Quoting.literal(planned.migration.commit)),
                    \(Quoting.literal(planned.migration.author)), \(failure.statement.map(String.init) ?? "NULL"),
                    \(Quoting.literal(failure.sqlState?.rawValue)), \(Quoting.literal(failure.message)),
                    pg_catalog.clock_timestamp());
            COMMIT
            """)
    }

    /// Writes down what a deployment came to.
    ///
    /// - Throws: `PostgresError`.
    func close(_ deployment: String, _ verdict: Verdict) throws {
        try session.record(
            """
            BEGIN; \(SessionSettings.durableCommit);
            UPDATE _sluice.deployments
            SET verdict = '\(verdict.rawValue)', finished_at = pg_catalog.clock_timestamp()
            WHERE id = '\(deployment)';
            COMMIT
            """)
    }

    /// Records a smoke run.
    ///
    /// - Throws: `PostgresError`.
    func record(_ run: SmokeRun, deployment: String?, commit: String?) throws {
        try session.record(
            """
            INSERT INTO _sluice.smoke_runs (id, deployment, commit, outcome, results, started_at)
            VALUES ('\(UUID4.make())', \(Quoting.literal(deployment)), \(Quoting.literal(commit)),
                    '\(run.outcome.rawValue)', \(Quoting.literal(run.json))::jsonb,
                    pg_catalog.clock_timestamp() - interval '\(run.duration.milliseconds) milliseconds')
            """)
    }

    /// Puts the environment on hold.
    ///
    /// - Throws: `PostgresError`.
    func hold(reason: String, by actor: String) throws {
        try session.record(
            "INSERT INTO _sluice.holds (reason, placed_by) VALUES (\(Quoting.literal(reason)), \(Quoting.literal(actor)))"
        )
    }

    /// Lifts every open hold.
    ///
    /// - Returns: how many there were.
    /// - Throws: `PostgresError`.
    func release(reason: String, by actor: String) throws -> Int {
        try session.record(
            """
            UPDATE _sluice.holds
            SET released_at = pg_catalog.clock_timestamp(), released_by = \(Quoting.literal(actor)),
                release_reason = \(Quoting.literal(reason))
            WHERE released_at IS NULL
            """
        ).last?.affectedRows ?? 0
    }
}
