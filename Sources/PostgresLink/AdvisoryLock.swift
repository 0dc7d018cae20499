/// A session-level advisory lock, taken without ever waiting in the server.
///
/// A session that blocks in `pg_advisory_lock` holds a virtual transaction
/// that CREATE INDEX CONCURRENTLY waits for, so a queue of waiting deployers
/// can deadlock the one that works. Polling leaves nothing behind.
public struct AdvisoryLock: Sendable, Hashable {
    /// The single-bigint form of the key.
    public let key: Int64

    public init(key: Int64) {
        self.key = key
    }

    /// An SQL expression: whether the session that evaluates it holds the lock.
    public var isHeldHere: String {
        """
        EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted \
        AND pid = pg_catalog.pg_backend_pid() AND objsubid = 1 \
        AND classid = \(key >> 32) AND objid = \(key & 0xFFFF_FFFF))
        """
    }

    /// Who holds the lock, as `pg_stat_activity` shows it.
    public struct Holder: Sendable, Hashable {
        public var process: Int
        public var application: String
        /// The client's address, or `local` on a socket.
        public var host: String
        /// When its connection was made, as the server prints a time.
        public var since: String
    }

    /// Tries to take the lock once.
    ///
    /// - Throws: ``PostgresError``.
    public func tryAcquire(_ session: PostgresSession) throws -> Bool {
        try session.query("SELECT pg_try_advisory_lock(\(key))").scalar == "t"
    }

    /// Gives the lock back; harmless when it is not held.
    ///
    /// - Throws: ``PostgresError``.
    public func release(_ session: PostgresSession) throws {
        _ = try session.query("SELECT pg_advisory_unlock(\(key))")
    }

    /// Looks up who holds the lock in the connected database.
    ///
    /// - Throws: ``PostgresError``.
    public func holder(_ session: PostgresSession) throws -> Holder? {
        let result = try session.query(
            """
            SELECT l.pid, coalesce(a.application_name, ''),
                   coalesce(host(a.client_addr), 'local'), coalesce(a.backend_start::text, '')
            FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a USING (pid)
            WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
              AND l.classid = \(key >> 32) AND l.objid = \(key & 0xFFFF_FFFF)
              AND l.database = (SELECT oid FROM pg_catalog.pg_database
                                WHERE datname = current_database())
            """)
        guard let row = result.rows.first, let process = row[0].flatMap({ Int($0) }) else {
            return nil
        }
        return Holder(
            process: process, application: row[1] ?? "", host: row[2] ?? "", since: row[3] ?? "")
    }
}
