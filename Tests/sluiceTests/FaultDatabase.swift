import Foundation
import PostgresLink
import TestSupport

/// A database with a folder of migrations, as a container sees them: no
/// repository, only `DATABASE_URL`.
struct FaultDatabase: Sendable {
    let folder: String
    let url: String
    let program: String

    static func with<Result>(
        _ migrations: [PrismaProtocol.Migration],
        _ body: (FaultDatabase) async throws -> Result
    ) async throws -> Result {
        try await withTemporaryDirectory(named: "migrations") { folder in
            try await withTemporaryDatabase { url in
                let database = FaultDatabase(
                    folder: folder, url: url, program: try ProcessRunner.sluice())
                for migration in migrations { try database.write(migration) }
                return try await body(database)
            }
        }
    }

    func write(_ migration: PrismaProtocol.Migration) throws {
        let path = "\(folder)/\(migration.name)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try migration.sql.write(
            toFile: "\(path)/migration.sql", atomically: true, encoding: .utf8)
    }

    /// Starts a command, `deploy` if no other is named.
    func start(_ arguments: [String] = ["deploy"], url: String? = nil) throws -> RunningProcess {
        try ProcessRunner.start(
            program, arguments + ["--migrations", folder],
            environment: ["DATABASE_URL": url ?? self.url, "NO_COLOR": "1"])
    }

    func sluice(_ arguments: String...) async throws -> ProcessRunner.Output {
        try await start(arguments).wait()
    }

    func deploy(url: String? = nil) async throws -> ProcessRunner.Output {
        try await start(url: url).wait()
    }

    /// The first field of what a statement returns.
    @discardableResult
    func ask(_ sql: String) async throws -> String? {
        let url = url
        return try await onOwnThread {
            try PostgresSession(connecting: ConnectionTarget(url: url)).execute(sql).last?.scalar
        }
    }

    /// Asks again and again until the answer is `t`; a minute at most.
    func waits(until condition: String) async throws -> Bool {
        let url = url
        return try await onOwnThread {
            let session = try PostgresSession(connecting: ConnectionTarget(url: url))
            let deadline = ContinuousClock.now + .seconds(60)
            while ContinuousClock.now < deadline {
                if try session.execute("SELECT \(condition)").last?.scalar == "t" { return true }
                Thread.sleep(forTimeInterval: 0.005)
            }
            return false
        }
    }

    /// Whether a statement that starts like this is being worked on by a deployment.
    static func isRunning(_ start: String) -> String {
        """
        EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
                AND application_name LIKE 'sluice/%' AND state = 'active' AND query LIKE '%\(start)%')
        """
    }

    /// Whether somebody waits for a lock on a table.
    static func isAwaited(_ table: String) -> String {
        "EXISTS (SELECT FROM pg_locks WHERE relation = '\(table)'::regclass AND NOT granted)"
    }

    /// Whether nobody holds or awaits an advisory lock.
    static let hasNoLocks = """
        NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND database =
                    (SELECT oid FROM pg_database WHERE datname = current_database()))
        """

    /// Names in the history in the order they were started, `!` behind unfinished ones.
    func history() async throws -> String? {
        try await ask(
            """
            SELECT string_agg(migration_name || CASE WHEN finished_at IS NULL THEN '!' ELSE '' END,
                              ' ' ORDER BY started_at)
            FROM _prisma_migrations WHERE rolled_back_at IS NULL
            """)
    }
}

/// A session that holds something until it is let go.
final class FaultHolder: Sendable {
    private let release = DispatchSemaphore(value: 0)
    private let ending: Task<Void, any Error>

    /// Runs statements, in a transaction if they begin one, and stays connected
    /// when this returns.
    init(_ url: String, _ sql: String) async throws {
        let ready = AsyncStream<Void>.makeStream()
        let release = release
        ending = Task.detached {
            defer { ready.continuation.finish() }
            try await onOwnThread {
                let session = try PostgresSession(
                    connecting: ConnectionTarget(url: url), applicationName: "holder")
                try session.execute(sql)
                ready.continuation.yield()
                release.wait()
            }
        }
        for await _ in ready.stream { return }
        try await ending.value
    }

    /// Ends the session, and with it its transaction and its locks.
    func letGo() async throws {
        release.signal()
        try await ending.value
    }
}

extension Result where Failure == any Error {
    /// What an asynchronous body returns or throws, so that something can be done in between.
    static func catching(_ body: () async throws -> Success) async -> Self {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}
