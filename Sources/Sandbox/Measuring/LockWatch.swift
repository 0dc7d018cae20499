import Dispatch
import PostgresLink
import Synchronization

/// Holds every table of a database until another session waits for one of them, and notes the
/// lock it waits for.
final class LockWatch: Sendable {
    private let target: ConnectionTarget
    private let process: Int
    private let state = Mutex(State())
    private let isHolding = DispatchSemaphore(value: 0)
    private let isOver = DispatchSemaphore(value: 0)

    private struct State {
        var locks: [String: Set<String>] = [:]
        /// How long the other session was kept waiting.
        var held = 0.0
        var isFinished = false
    }

    init(target: ConnectionTarget, process: Int) {
        self.target = target
        self.process = process
    }

    /// Returns when all tables are held.
    func begin() {
        DispatchQueue.global().async { self.watch() }
        isHolding.wait()
    }

    /// Returns when nothing is held any more.
    func end() {
        state.withLock { $0.isFinished = true }
        isOver.wait()
        isOver.signal()
    }

    /// The locks by relation, and the time of a statement without its wait.
    func result(after milliseconds: Double) -> ([String: Set<String>], Double) {
        state.withLock { ($0.locks, max(0, milliseconds - $0.held)) }
    }

    private func watch() {
        defer { isOver.signal() }
        let clock = ContinuousClock()
        let start = clock.now
        do {
            let holder = try PostgresSession(connecting: target, applicationName: "sluice meter")
            let observer = try PostgresSession(connecting: target, applicationName: "sluice meter")
            try hold(holder)
            isHolding.signal()
            while !state.withLock({ $0.isFinished }), try !note(observer) {
                try observer.execute("SELECT pg_sleep(0.001)")
            }
            try holder.execute("ROLLBACK")
        } catch {
            // Without the watch the statement runs all the same; only its locks stay unknown.
            isHolding.signal()
        }
        let elapsed = start.duration(to: clock.now)
        state.withLock {
            $0.held =
                Double(elapsed.components.seconds) * 1e3
                + Double(elapsed.components.attoseconds) / 1e15
        }
    }

    /// In the mode that lets readers through: some statements read the table's name under a
    /// weak lock before they take the one that matters.
    private func hold(_ session: PostgresSession) throws {
        let tables = try session.query(
            """
            SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema'
                AND n.nspname NOT LIKE 'pg\\_%'
            """
        ).rows.compactMap { $0.first ?? nil }
        try session.execute("BEGIN")
        guard !tables.isEmpty else { return }
        try session.execute(
            "LOCK TABLE ONLY \(tables.joined(separator: ", ONLY ")) IN EXCLUSIVE MODE")
    }

    /// Notes what the watched session waits for; whether it waits.
    private func note(_ session: PostgresSession) throws -> Bool {
        let waiting = try session.query(
            """
            SELECT relation, mode FROM pg_locks
            WHERE pid = $1 AND locktype = 'relation' AND NOT granted
            """, ["\(process)"])
        state.withLock { state in
            for row in waiting.rows {
                guard let relation = row[0], let mode = row[1] else { continue }
                state.locks[relation, default: []].insert(mode)
            }
        }
        return !waiting.rows.isEmpty
    }
}
