import GitStore
import PostgresLink

/// What the ledger tells a watcher that knows nothing else: the commit that was
/// seen last, and what the last deployment came to.
struct WatchLedger {
    /// Held by the one watcher that acts on a database: the bytes of "sluicew".
    static let lock = AdvisoryLock(key: 0x736c_7569_6365_77)

    let session: PostgresSession

    /// The newest deployment that anybody started.
    struct Attempt {
        var digest: String
        /// `nil` when it was killed.
        var verdict: Verdict?
        var commit: ObjectID?
        var failedMigration: String?
        var message: String?
        /// Whether another run of the same plan may succeed.
        var isTransient: Bool
    }

    /// What was seen or deployed last on a branch.
    enum LastSeen {
        case nothing
        /// Its deletion was noticed.
        case deleted
        case commit(ObjectID)
    }

    /// - Throws: `PostgresError`.
    func lastAttempt() throws -> Attempt? {
        let result = try session.query(
            """
            SELECT d.digest, d.verdict, d.commit, s.migration, s.message, s.sqlstate
            FROM _sluice.deployments d
            LEFT JOIN LATERAL (SELECT migration, message, sqlstate FROM _sluice.steps
                WHERE deployment = d.id AND outcome = 'failed' ORDER BY id DESC LIMIT 1) s ON true
            ORDER BY d.started_at DESC LIMIT 1
            """)
        guard let row = result.rows.first else { return nil }
        let state = row[5].map(SQLState.init(rawValue:))
        return Attempt(
            digest: row[0] ?? "", verdict: row[1].flatMap(Verdict.init),
            commit: row[2].flatMap(ObjectID.init(hex:)), failedMigration: row[3], message: row[4],
            isTransient: state == .lockNotAvailable || state == .deadlockDetected)
    }

    /// What a person deployed after a watcher looked counts too.
    ///
    /// - Throws: `PostgresError`.
    func lastSeen(_ branch: String) throws -> LastSeen {
        let name = Quoting.literal(branch)
        var sql = """
            SELECT commit, started_at FROM _sluice.deployments
            WHERE branch = \(name) AND commit IS NOT NULL AND verdict IN ('succeeded', 'degraded')
            """
        if try isKept {
            sql += " UNION ALL SELECT commit, seen_at FROM _sluice.watched WHERE branch = \(name)"
        }
        let result = try session.query("\(sql) ORDER BY 2 DESC LIMIT 1")
        guard let commit = result.scalar else { return .nothing }
        return ObjectID(hex: commit).map { .commit($0) } ?? .deleted
    }

    /// Whether a watcher has seen anything of this database's branch.
    ///
    /// - Throws: `PostgresError`.
    private var isKept: Bool {
        get throws {
            try session.query("SELECT pg_catalog.to_regclass('_sluice.watched') IS NOT NULL")
                .scalar == "t"
        }
    }

    /// Keeps the tip of a branch, or that it was deleted (`nil`).
    ///
    /// - Throws: `PostgresError`.
    func remember(_ branch: String, _ commit: ObjectID?, by actor: String) throws {
        try session.record(
            """
            CREATE TABLE IF NOT EXISTS _sluice.watched (
                branch  text PRIMARY KEY,
                commit  text NOT NULL,
                seen_by text NOT NULL,
                seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
            );
            INSERT INTO _sluice.watched (branch, commit, seen_by)
            VALUES (\(Quoting.literal(branch)), \(Quoting.literal(commit?.hex ?? "deleted")),
                    \(Quoting.literal(actor)))
            ON CONFLICT (branch) DO UPDATE
            SET commit = excluded.commit, seen_by = excluded.seen_by, seen_at = clock_timestamp()
            """)
    }
}
