import Crypto
import PostgresLink
import Sandbox
import SchemaCatalog

/// Databases of the sandbox that hold a history up to a certain migration.
///
/// Each is named after the checksums of what it holds, so a second hotfix for
/// the same history finds it ready.
struct ReplayDatabases {
    let cluster: SandboxCluster
    let migrations: [PlannedMigration]
    /// The one schema on the search path, where it is not `public`.
    var schema: String?
    private static let prefix = "replay_"

    /// The database with the first `count` migrations applied; made from the
    /// longest shorter one that exists.
    ///
    /// - Throws: ``ReleaseError`` when a migration does not apply there.
    func database(with count: Int) throws -> String {
        let name = name(count)
        if try cluster.databaseExists(name) { return name }
        var base = count
        while base > 0, try !cluster.databaseExists(self.name(base)) { base -= 1 }
        let building = "building_\(UUID4.make().prefix(13))"
        try cluster.createDatabase(building, template: base > 0 ? self.name(base) : nil)
        do {
            try withSession(building) { session in
                try Replay(session: session, schema: schema).run(Array(migrations[base..<count]))
            }
            try rename(building, to: name)
        } catch {
            try? cluster.dropDatabase(building)
            throw error
        }
        return name
    }

    /// The schema that the first `count` migrations make.
    func snapshot(with count: Int) throws -> SchemaSnapshot {
        try withSession(database(with: count)) { try read($0) }
    }

    /// The schema of a session's database, as the migrations name things.
    func read(_ session: PostgresSession) throws -> SchemaSnapshot {
        try SchemaSnapshot.read(session, defaultSchema: schema)
    }

    /// A throw-away copy of a replayed database.
    func withCopy<T>(of count: Int, _ body: (PostgresSession) throws -> T) throws -> T {
        let copy = "scratch_\(UUID4.make().prefix(13))"
        try cluster.createDatabase(copy, template: try database(with: count))
        defer { try? cluster.dropDatabase(copy) }
        return try withSession(copy, body)
    }

    func withSession<T>(_ database: String, _ body: (PostgresSession) throws -> T) throws -> T {
        let target = try ConnectionTarget(url: cluster.url(database: database))
        return try body(
            PostgresSession(
                connecting: target, applicationName: "sluice replay", keeping: cluster))
    }

    /// Another process may have been quicker: then its database is as good.
    private func rename(_ from: String, to name: String) throws {
        try withSession("postgres") { session in
            do {
                try session.execute(
                    "ALTER DATABASE \(Quoting.identifier(from)) RENAME TO \(Quoting.identifier(name))"
                )
            } catch let error as PostgresError where error.state?.rawValue == "42P04" {
                try session.execute("DROP DATABASE \(Quoting.identifier(from))")
            }
        }
    }

    private func name(_ count: Int) -> String {
        var hash = SHA256()
        if let schema { hash.update(data: Array("\(schema)\0\0".utf8)) }
        for migration in migrations.prefix(count) {
            hash.update(data: Array("\(migration.name)\0\(migration.migration.checksum)\0".utf8))
        }
        return Self.prefix + String(Hexadecimal.encode(hash.finalize()).prefix(24))
    }
}

/// Runs scripts on a sandbox database, without gates and ledger.
struct Replay {
    let session: PostgresSession
    /// The one schema on the search path, where it is not `public`.
    var schema: String?
    /// Whether roles that a script names and the server lacks are made.
    var makesRoles = true

    /// - Throws: ``ReleaseError`` for the first migration that fails.
    func run(_ migrations: [PlannedMigration]) throws {
        if let schema {
            try session.execute("CREATE SCHEMA IF NOT EXISTS \(Quoting.identifier(schema))")
        }
        let table = HistoryTable(schema: schema ?? "public")
        let settings = SessionSettings(
            schema: schema, deploy: DeploySettings(lockTimeout: .zero, lockRetries: 0))
        try session.execute(settings.setup.joined(separator: ";"))
        let exists = try session.query("SELECT to_regclass('\(table.qualified)') IS NOT NULL")
            .scalar
        if exists != "t" { try session.execute(table.creation) }
        try run(migrations, table, settings)
    }

    private func run(
        _ migrations: [PlannedMigration], _ table: HistoryTable, _ settings: SessionSettings,
        carryingOn progress: [String: StepwiseProgress] = [:]
    ) throws {
        let actions = ActionCompiler(
            bookkeeping: Bookkeeping(table: table, deployment: nil, commit: nil, session: settings),
            progress: progress
        ).compile(migrations)
        var runner = ActionRunner(
            migrations: migrations, actions: actions, settings: settings, interrupt: Interrupt(),
            report: { _ in })
        switch runner.run(session) {
        case .finished: return
        case .failed(let failure):
            if makesRoles, let role = Self.missingRole(failure) {
                // Roles belong to the whole server, so a history only names them.
                try session.execute("CREATE ROLE \(Quoting.identifier(role)) NOLOGIN")
                return try run(
                    Array(migrations.dropFirst(runner.applied.count)), table, settings)
            }
            throw ReleaseError(
                .failed,
                "\(failure.migration) does not apply in the sandbox: statement \(failure.statement ?? 0), line \(failure.line ?? 0): \(failure.message)",
                state: "nothing outside the sandbox was touched.",
                next: [
                    "a history must apply from nothing before it can be replayed; an extension may be missing on this machine."
                ])
        case .refusedInTransaction(let planned, let unit, _):
            let row = try session.query(
                "SELECT id FROM \(table.qualified) WHERE finished_at IS NULL AND migration_name = $1",
                [planned.name]
            ).scalar
            let progress = row.map { StepwiseProgress(of: planned, before: unit, historyID: $0) }
            try run(
                [planned] + migrations.dropFirst(runner.applied.count + 1), table, settings,
                carryingOn: progress.map { [planned.name: $0] } ?? [:])
        case .interrupted: throw ReleaseError(.interrupted, "stopped.")
        case .connectionLost(let error): throw error
        }
    }

    /// The role a statement needs and the sandbox lacks (SQLSTATE 42704).
    private static func missingRole(_ failure: DeploymentFailure) -> String? {
        guard failure.sqlState?.rawValue == "42704", failure.message.hasPrefix("role \""),
            failure.message.hasSuffix("\" does not exist")
        else { return nil }
        return String(failure.message.dropFirst(6).dropLast(16))
    }
}
