import PostgresLink
import Synchronization

/// The session on which checks ask the environment's database; made when it is
/// first needed, and anew when it broke.
///
/// `@unchecked Sendable`: ``CheckDatabases`` gives each to one thread at a time.
final class CheckDatabase: @unchecked Sendable {
    let target: ConnectionTarget
    private let variables: [String: String]
    private let interrupt: Interrupt
    private var session: PostgresSession?

    init(_ target: ConnectionTarget, variables: [String: String], interrupt: Interrupt) {
        self.target = target
        self.variables = variables
        self.interrupt = interrupt
    }

    /// The statement with literals for `${NAME}` and `{{name}}`.
    ///
    /// - Throws: ``MissingVariable``.
    func filled(_ sql: String, _ captured: [String: String]) throws -> String {
        let resolved = try Template(raw: sql).resolve(variables, as: Quoting.literal)
        return CaptureText.sql(resolved, captured)
    }

    /// Runs `body` in a transaction of its own.
    ///
    /// - Parameters:
    ///   - mode: `READ ONLY` or `READ WRITE`.
    ///   - timeout: of each statement.
    ///   - commits: whether what it did stays.
    ///   - body: gets the session.
    /// - Returns: what `body` returns.
    /// - Throws: `ConnectionFailure`, `PostgresError`, and what `body` throws.
    func inTransaction<T>(
        _ mode: String, _ timeout: Duration, commits: Bool,
        _ body: (PostgresSession) throws -> T
    ) throws -> T {
        let session = try open()
        return try interrupt.watching(session) {
            let schema =
                target.schema.map { "SET LOCAL search_path = \(Quoting.identifier($0));" } ?? ""
            // What a check before this one has set must not matter.
            try session.execute(
                "RESET ALL; BEGIN TRANSACTION \(mode); \(schema) SET LOCAL statement_timeout = \(max(1, timeout.milliseconds))"
            )
            defer {
                if session.isUsable, session.isInTransaction {
                    _ = try? session.execute("ROLLBACK")
                }
            }
            let result = try body(session)
            if commits { try session.execute("COMMIT") }
            return result
        }
    }

    private func open() throws -> PostgresSession {
        if let session, session.isUsable { return session }
        let made = try PostgresSession(connecting: target, applicationName: "sluice smoke")
        session = made
        return made
    }

    /// The server's refusal of a statement: a definite no.
    static func refusal(_ error: PostgresError) -> CheckResult {
        CheckResult(.failed, "\(error.state?.rawValue ?? "error"): \(error.message)")
    }
}

/// Lends sessions to checks that run side by side.
final class CheckDatabases: Sendable {
    private let make: @Sendable () -> CheckDatabase
    private let idle = Mutex<[CheckDatabase]>([])

    init(_ make: @escaping @Sendable () -> CheckDatabase) {
        self.make = make
    }

    /// Runs `body` with a session that nobody else uses meanwhile.
    func lend<T>(_ body: (CheckDatabase) throws -> T) rethrows -> T {
        let database = idle.withLock { $0.popLast() } ?? make()
        defer { idle.withLock { $0.append(database) } }
        return try body(database)
    }
}
