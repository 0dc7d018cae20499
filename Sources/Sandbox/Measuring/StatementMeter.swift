public import PostgresLink

/// Runs statements on a sandbox database and says what each of them did: which locks it took,
/// which tables it read or wrote anew, how long it took.
///
/// Inside a transaction the session's own entries of `pg_locks` tell the locks, since they are
/// kept until its end. A statement that cannot run in one is made to wait for its first lock, by
/// another session that holds all tables for a moment, and is looked at while it waits.
public struct StatementMeter {
    private let session: PostgresSession
    private let support: AnyObject?

    /// Prepares a session for measuring.
    ///
    /// - Parameters:
    ///   - session: connected to a database that nobody else uses.
    ///   - support: kept as long as further sessions are open.
    /// - Throws: `PostgresError`.
    public init(_ session: PostgresSession, keeping support: AnyObject? = nil) throws {
        self.session = session
        self.support = support
        // The figures of parallel workers would not be this session's.
        try session.execute(
            """
            SET max_parallel_workers_per_gather = 0; SET max_parallel_maintenance_workers = 0;
            SET stats_fetch_consistency = none
            """)
    }

    /// Runs one statement and measures it. In a transaction that is open it stays open.
    ///
    /// - Parameter sql: one statement.
    /// - Returns: what it did.
    /// - Throws: `PostgresError`: the statement's, or that measuring it failed.
    public func measure(_ sql: String) throws -> Measurement {
        session.isInTransaction ? try measureInside(sql) : try measureAlone(sql)
    }

    private func measureInside(_ sql: String) throws -> Measurement {
        let query = RelationStates.query(inTransaction: true)
        let before = RelationStates(try session.execute(query))
        let milliseconds = try time { try session.execute(sql) }
        let after = RelationStates(try session.execute(query))
        return before.difference(to: after, waited: [:], milliseconds: milliseconds)
    }

    private func measureAlone(_ sql: String) throws -> Measurement {
        let query = RelationStates.query(inTransaction: false)
        let before = RelationStates(try session.execute(query))
        let watch = LockWatch(target: session.target, process: session.backendProcess)
        let waited: [String: Set<String>]
        let milliseconds: Double
        do {
            watch.begin()
            defer { watch.end() }
            let elapsed = try time { try session.execute(sql) }
            (waited, milliseconds) = watch.result(after: elapsed)
        }
        try session.execute("SELECT pg_stat_force_next_flush()")
        let after = RelationStates(try session.execute(query))
        return before.difference(to: after, waited: waited, milliseconds: milliseconds)
    }

    private func time(_ body: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        let elapsed = try clock.measure(body)
        return Double(elapsed.components.seconds) * 1e3
            + Double(elapsed.components.attoseconds) / 1e15
    }
}
