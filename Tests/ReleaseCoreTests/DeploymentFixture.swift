import Foundation
import PostgresLink
import Synchronization
import TestSupport

@testable import ReleaseCore

/// A folder of migrations, a configuration and a database of their own.
struct DeploymentFixture: Sendable {
    let directory: String
    /// The address of the superuser's database.
    let url: String
    /// What `${DATABASE_URL}` is; the superuser's address at first.
    var databaseURL: String
    /// Who deploys, for the ledger.
    var actor = "Ada"
    /// What else the process's environment says.
    var variables = ["NAME": "it's", "PATH": "/usr/local/bin:/usr/bin:/bin"]

    /// The one environment of a test without a configuration of its own.
    static let environment = "staging"

    /// Runs `body` with a fixture on a thread of its own; the database and the
    /// folder are gone afterwards.
    ///
    /// - Parameters:
    ///   - settings: further lines of the environment `staging`.
    ///   - body: gets the fixture.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws.
    static func use<Result: Sendable>(
        _ settings: String = "", _ body: @escaping @Sendable (DeploymentFixture) throws -> Result
    ) async throws -> Result {
        await Turnstile.databases.enter()
        do {
            let result = try await start(settings, body)
            await Turnstile.databases.leave()
            return result
        } catch {
            await Turnstile.databases.leave()
            throw error
        }
    }

    private static func start<Result: Sendable>(
        _ settings: String, _ body: @escaping @Sendable (DeploymentFixture) throws -> Result
    ) async throws -> Result {
        try await withTemporaryDatabase { url in
            try await withTemporaryDirectory(named: "deployment") { directory in
                let fixture = DeploymentFixture(
                    directory: directory, url: url, databaseURL: url)
                try fixture.configure(settings)
                return try await BlockingThread.run { try body(fixture) }
            }
        }
    }

    func configure(_ settings: String) throws {
        let lines = settings.split(separator: "\n").map { "    \($0)\n" }.joined()
        let text = """
            environments:
              \(Self.environment):
                database: ${DATABASE_URL}
            \(lines)
            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(directory)/sluice.yml"))
        try FileManager.default.createDirectory(
            atPath: "\(directory)/migrations", withIntermediateDirectories: true)
    }

    // MARK: The folder

    func write(_ name: String, _ script: String) throws {
        let folder = "\(directory)/migrations/\(name)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        try Data(script.utf8).write(to: URL(fileURLWithPath: "\(folder)/migration.sql"))
    }

    /// Writes a file beside a migration's script.
    func write(_ name: String, beside migration: String, _ text: String) throws {
        let file = URL(fileURLWithPath: "\(directory)/migrations/\(migration)/\(name)")
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: "\(directory)/migrations/\(name)")
    }

    // MARK: Commands

    func workspace() throws -> Workspace {
        try Workspace(
            WorkspaceOptions(
                configurationFile: "\(directory)/sluice.yml",
                migrationsDirectory: "\(directory)/migrations",
                variables: variables.merging(["DATABASE_URL": databaseURL]) { $1 }, actor: actor,
                sandboxBase: "\(directory)/sandboxes"))
    }

    @discardableResult
    func deploy(
        upTo: String? = nil, accepted: Set<String> = [], lockBudget: Duration = .seconds(60),
        interrupt: Interrupt = Interrupt(),
        report: @escaping @Sendable (DeploymentEvent) -> Void = { _ in }
    ) throws -> DeploymentReport {
        try Deployer(try workspace(), interrupt: interrupt, report: report).run(
            DeploymentRequest(
                environment: Self.environment, promotes: false, upTo: upTo, accepted: accepted,
                lockBudget: lockBudget))
    }

    func status() throws -> EnvironmentStatus {
        try StatusReader(try workspace()).read(Self.environment)[0]
    }

    var resolver: Resolver { get throws { Resolver(try workspace()) } }

    var holds: HoldKeeper { get throws { HoldKeeper(try workspace()) } }

    // MARK: The database

    func connect(_ name: String = "test") throws -> PostgresSession {
        try PostgresSession(
            connecting: try ConnectionTarget(url: url), applicationName: name)
    }

    /// What the last statement returns, fields joined by `|`, NULL as `-`.
    @discardableResult
    func ask(_ sql: String) throws -> [String] {
        let result = try connect().execute(sql).last
        return (result?.rows ?? []).map { row in
            row.map { $0 ?? "-" }.joined(separator: "|")
        }
    }

    /// The names of the finished rows, in Prisma's order.
    func applied() throws -> [String] {
        try ask(
            """
            SELECT migration_name FROM _prisma_migrations
             WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY started_at
            """)
    }

    /// Everything a failed migration must not have touched: all tables and
    /// their columns outside the ledger, and the history to the byte.
    func picture() throws -> [String] {
        try ask(
            """
            SELECT format('%I.%I.%I %s', n.nspname, c.relname, a.attname, a.atttypid::regtype)
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_attribute a ON a.attrelid = c.oid
             WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', '_sluice')
               AND n.nspname NOT LIKE 'pg_temp%' ORDER BY 1
            """) + ask("SELECT m::text FROM _prisma_migrations m ORDER BY id")
    }

    /// A role that may use the schema `public` and may not create schemas.
    func makeRole() throws -> String {
        let role = "role_" + UUID4.make().prefix(8)
        try ask("CREATE ROLE \(role) LOGIN; GRANT CREATE ON SCHEMA public TO \(role)")
        return role
    }

    func dropRole(_ role: String) throws {
        try ask("DROP OWNED BY \(role) CASCADE; DROP ROLE \(role)")
    }

    /// The address with another role.
    func url(as role: String) -> String {
        url.replacingOccurrences(of: "//sluice@", with: "//\(role)@")
    }
}

/// What a deployment told while it ran.
final class EventLog: Sendable {
    private let events = Mutex<[DeploymentEvent]>([])

    var all: [DeploymentEvent] { events.withLock { $0 } }

    var report: @Sendable (DeploymentEvent) -> Void {
        { event in self.events.withLock { $0.append(event) } }
    }
}

/// Work beside a deployment, on a thread of its own, whose end can be awaited.
final class SideWork: Sendable {
    private let done = DispatchSemaphore(value: 0)
    private let failure = Mutex<(any Error)?>(nil)

    init(_ body: @escaping @Sendable () throws -> Void) {
        Thread.detachNewThread {
            do { try body() } catch { self.failure.withLock { $0 = error } }
            self.done.signal()
        }
    }

    /// Throws what the work threw.
    func wait() throws {
        done.wait()
        if let error = failure.withLock({ $0 }) { throw error }
    }
}

/// Asks again and again until something holds; throws after a minute.
func waitUntil(_ condition: () throws -> Bool) throws {
    let deadline = Date(timeIntervalSinceNow: 60)
    while try !condition() {
        guard Date() < deadline else { throw NeverHappened() }
        Thread.sleep(forTimeInterval: 0.01)
    }
}

/// Something a test waited for did not come about.
struct NeverHappened: Error {}
