import Dispatch
import PostgresLink

/// Watches a running statement from a second connection: who blocks it, and how
/// far it is. Connects only when the statement takes longer than a moment.
struct DeploymentMonitor: Sendable {
    let target: ConnectionTarget
    let report: @Sendable (DeploymentEvent) -> Void
    /// How long a statement runs before anybody looks.
    private static let patience = 1000
    private static let interval = 500

    /// Runs `body` and reports meanwhile.
    func watching<T>(_ session: PostgresSession, _ body: () throws -> T) rethrows -> T {
        let process = session.backendProcess
        let finished = DispatchSemaphore(value: 0)
        let stopped = DispatchGroup()
        DispatchQueue.global().async(group: stopped) {
            guard finished.wait(timeout: .now() + .milliseconds(Self.patience)) == .timedOut else {
                return
            }
            follow(process, until: finished)
        }
        defer {
            finished.signal()
            stopped.wait()
        }
        return try body()
    }

    /// Watching is a courtesy: where no second connection is to be had, the
    /// statement runs unwatched.
    private func follow(_ process: Int, until finished: DispatchSemaphore) {
        guard
            let session = try? PostgresSession(
                connecting: target, applicationName: "sluice monitor")
        else { return }
        repeat {
            guard let result = try? session.query(Self.question, [String(process)]),
                let record = result.records.first
            else { return }
            if let event = Self.event(record) { report(event) }
        } while finished.wait(timeout: .now() + .milliseconds(Self.interval)) == .timedOut
    }

    private static func event(_ record: [String: String]) -> DeploymentEvent? {
        if let process = record["blocker"].flatMap({ Int($0) }) {
            return .blocked(
                by: .init(
                    process: process, application: record["application"] ?? "",
                    state: record["state"] ?? "", query: record["query"] ?? "",
                    seconds: record["seconds"].flatMap { Int($0) } ?? 0))
        }
        guard let phase = record["phase"] else { return nil }
        let done = record["done"].flatMap { Double($0) } ?? 0
        let total = record["total"].flatMap { Double($0) } ?? 0
        return .progress(phase: phase, percent: total > 0 ? Int(done / total * 100) : nil)
    }

    /// The progress views are those of PostgreSQL 14 and later (manual, 28.4);
    /// older servers lack some, and the statement then runs unwatched.
    private static let question = """
        SELECT b.pid AS blocker, b.application_name AS application, b.state,
               left(b.query, 120) AS query,
               extract(epoch FROM clock_timestamp() - b.xact_start)::int AS seconds,
               p.phase, p.done, p.total
        FROM (SELECT $1::int AS pid) AS me
        LEFT JOIN LATERAL (
            SELECT a.* FROM pg_catalog.pg_stat_activity a
            WHERE a.pid = ANY (pg_catalog.pg_blocking_pids(me.pid)) LIMIT 1) AS b ON true
        LEFT JOIN LATERAL (
            SELECT phase, CASE WHEN blocks_total > 0 THEN blocks_done ELSE tuples_done END AS done,
                   CASE WHEN blocks_total > 0 THEN blocks_total ELSE tuples_total END AS total
            FROM pg_catalog.pg_stat_progress_create_index WHERE pid = me.pid
            UNION ALL
            SELECT phase, heap_blks_scanned, heap_blks_total
            FROM pg_catalog.pg_stat_progress_vacuum WHERE pid = me.pid
            UNION ALL
            SELECT phase, heap_blks_scanned, heap_blks_total
            FROM pg_catalog.pg_stat_progress_cluster WHERE pid = me.pid
            UNION ALL
            SELECT 'copying', bytes_processed, bytes_total
            FROM pg_catalog.pg_stat_progress_copy WHERE pid = me.pid LIMIT 1) AS p ON true
        """
}
