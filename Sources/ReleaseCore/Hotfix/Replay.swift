import PostgresLink
import SQLAnalysis

/// Runs scripts on a sandbox database, without gates and ledger.
struct Replay {
    let session: PostgresSession
    /// The one schema on the search path, where it is not `public`.
    var schema: String?
    /// Whether roles that a script names and the server lacks are made, and those
    /// that another replay has made, or still needs, stay.
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
        let compiler = ActionCompiler(
            bookkeeping: Bookkeeping(table: table, deployment: nil, commit: nil, session: settings),
            progress: progress
        )
        var runner = ActionRunner(
            migrations, compiler, settings: settings, interrupt: Interrupt(), report: { _ in })
        switch runner.run(session) {
        case .finished: return
        case .failed(let failure):
            if makesRoles, let role = Self.missingRole(failure) {
                // Roles belong to the whole server, so a history only names them.
                try session.execute("CREATE ROLE \(Quoting.identifier(role)) NOLOGIN")
                return try run(
                    Array(migrations.dropFirst(runner.applied.count)), table, settings)
            }
            if makesRoles,
                let rest = try Self.rest(
                    of: migrations.dropFirst(runner.applied.count), behindRoleOf: failure)
            {
                return try run(rest, table, settings)
            }
            throw ReleaseError(
                .failed,
                "\(failure.migration) does not apply in the sandbox: statement \(failure.statement ?? 0), line \(failure.line ?? 0): \(failure.message)",
                state: "nothing outside the sandbox was touched.",
                next: [Self.advice(failure)])
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

    private static func advice(_ failure: DeploymentFailure) -> String {
        let missing = MissingExtension(state: failure.sqlState, message: failure.message)
        return missing?.advice(on: "on this machine, where the sandbox runs")
            ?? "a history must apply to an empty database before it can be replayed; what this statement misses, no earlier migration makes."
    }

    /// The role a statement needs and the sandbox lacks (SQLSTATE 42704).
    private static func missingRole(_ failure: DeploymentFailure) -> String? {
        guard failure.sqlState?.rawValue == "42704", failure.message.hasPrefix("role \""),
            failure.message.hasSuffix("\" does not exist")
        else { return nil }
        return String(failure.message.dropFirst(6).dropLast(16))
    }

    /// What is still to run without the statement that makes a role which other
    /// replays on this server have made, or that drops one they still need; `nil` for
    /// other failures.
    private static func rest(
        of migrations: ArraySlice<PlannedMigration>, behindRoleOf failure: DeploymentFailure
    ) throws -> [PlannedMigration]? {
        guard let first = migrations.first, let number = failure.statement,
            let statement = first.script.statements.first(where: { $0.ordinal == number })
        else { return nil }
        switch (statement.tag, failure.sqlState?.rawValue) {
        // Of two that make it at the same moment, the later one breaks an index.
        case ("CREATE ROLE", "42710"), ("CREATE ROLE", "23505"), ("DROP ROLE", "2BP01"): break
        default: return nil
        }
        var text = Array(first.script.text.utf8)
        text.replaceSubrange(statement.range, with: "SELECT".utf8)
        let script = ScriptLoader.parse(String(decoding: text, as: UTF8.self))
        return [PlannedMigration(migration: first.migration, script: script)]
            + migrations.dropFirst()
    }
}
