import PostgresLink
import SQLAnalysis
import SchemaCatalog

/// Finds the statements that take one migration out of an environment.
struct RevertPlanner {
    let workspace: Workspace
    let release: Release
    let link: EnvironmentLink

    /// - Parameter name: the migration, by its whole name.
    /// - Returns: what would be done. Changes nothing.
    /// - Throws: ``ReleaseError`` when it is not there, or later migrations depend on it.
    func plan(_ name: String) throws -> RevertPlan {
        let row = try row(of: name)
        let migrations = try migrations(with: name)
        guard let index = migrations.firstIndex(where: { $0.name == name }) else {
            throw ReleaseError(
                .usage,
                "\(name) is not on \(release.offered.branch ?? "the branch"), so what it did is not known.",
                state: "nothing was changed.")
        }
        let databases = ReplayDatabases(
            cluster: try SandboxDatabases.cluster(
                workspace.options, repository: workspace.repositoryKey),
            migrations: migrations, schema: link.replaySchema)
        let progress = link.state.openProgress.first { $0.migration == name }
        try refuseDependents(index, databases)
        let inverse = try inverse(index, progress, databases)
        let now =
            inverse.renames.isEmpty
            ? try inverse.read(link.session)
            : try databases.withCopy(of: migrations.count) { session in
                try HotfixProver.apply(inverse.renames.map(\.sql), session)
                return try databases.read(session)
            }
        let undo = inverse.undo(now)
        try refuseOvertaken(undo, migrations[index].name, databases)
        return try described(inverse, undo, from: now, row, progress)
    }

    /// The newest row of the migration, if it is one that can be taken back.
    private func row(of name: String) throws -> HistoryRow {
        let environment = release.environment.name
        let rows = link.state.history.rows.filter { $0.name == name }
        if let row = rows.last(where: { $0.state == .applied }) { return row }
        guard let failed = rows.last(where: { $0.state == .failed }) else {
            throw ReleaseError(
                .usage,
                rows.isEmpty
                    ? "\(name) is not in the history of \(environment)."
                    : "\(name) is rolled back in \(environment) already.",
                state: "nothing was changed.", next: ["sluice status \(environment)"])
        }
        guard link.state.openProgress.contains(where: { $0.migration == name }) else {
            throw ReleaseError(
                .needsAttention,
                "\(name) failed in \(environment), and nobody has recorded how far it came.",
                state: "nothing was changed.",
                next: [
                    "look what it has done, undo that by hand, then “sluice resolve \(environment) --rolled-back \(name)”."
                ])
        }
        return failed
    }

    /// What the history has, in the branch's order.
    private func migrations(with name: String) throws -> [ReplayMigration] {
        let applied = link.state.history.applied
        return try workspace.replayed(
            release.offered.migrations.filter { applied[$0.name] != nil || $0.name == name },
            in: release)
    }

    /// What lies between the schemas in front of and behind the migration, or behind
    /// as much of it as has run.
    private func inverse(
        _ index: Int, _ progress: StepwiseProgress?, _ databases: ReplayDatabases
    ) throws -> Inverse {
        let before = try databases.snapshot(with: index)
        let script = databases.migrations[index].script
        return try databases.withCopy(of: progress == nil ? index + 1 : index) { session in
            if let progress { try run(script, progress, session) }
            var after = try databases.read(session)
            let renames = RenameReversal(
                effects: script.statements.flatMap(\.effects), before: before, after: after
            ).steps
            if !renames.isEmpty {
                try HotfixProver.apply(renames.map(\.sql), session)
                after = try databases.read(session)
            }
            return Inverse(renames: renames, before: before, after: after)
        }
    }

    /// The finished part, and what the unit that was cut short may have left.
    private func run(
        _ script: Script, _ progress: StepwiseProgress, _ session: PostgresSession
    ) throws {
        let count = progress.finishedUnits + (progress.fate == .waiting ? 0 : 1)
        for (number, unit) in script.units.prefix(count).enumerated() {
            do {
                try session.execute(String(script.sql(of: unit)))
            } catch let error as PostgresError {
                if number < progress.finishedUnits { throw error }
            }
        }
    }

    /// A later migration that does not apply without this one depends on it.
    private func refuseDependents(_ index: Int, _ databases: ReplayDatabases) throws {
        let later = databases.migrations[(index + 1)...]
        guard !later.isEmpty else { return }
        let dependents = try databases.withCopy(of: index) { session in
            later.filter { migration in
                do {
                    try Replay(session: session, schema: databases.schema).run([migration.planned()]
                    )
                    return false
                } catch {
                    return true
                }
            }.map(\.name)
        }
        guard !dependents.isEmpty else { return }
        throw dependent(databases.migrations[index].name, on: dependents)
    }

    private func dependent(_ name: String, on later: [String]) -> ReleaseError {
        ReleaseError(
            .blocked,
            "later migrations depend on \(name): \(later.joined(separator: ", ")).",
            state: "nothing was changed.",
            next: [
                "revert those first, newest first: sluice revert \(release.environment.name) \(later.last ?? name)",
                "or undo all of them by a migration: sluice hotfix \(name)..\(later.last ?? name)",
            ])
    }

    private func refuseOvertaken(
        _ undo: SchemaUndo, _ name: String, _ databases: ReplayDatabases
    ) throws {
        guard let change = undo.unreached.first else { return }
        let position = databases.migrations.firstIndex { $0.name == name } ?? 0
        let causes = LaterCauses(migrations: databases.migrations, behind: position + 1)
        if let later = causes.migration(naming: undo.obstacles[change.object] ?? change.object) {
            throw dependent(name, on: [later])
        }
        throw ReleaseError(
            .blocked,
            "\(name) cannot be taken back: somebody has changed \(change.object) by hand since.",
            state: "nothing was changed.",
            next: ["sluice status \(release.environment.name) --drift"])
    }

    private func described(
        _ inverse: Inverse, _ undo: SchemaUndo, from now: SchemaSnapshot, _ row: HistoryRow,
        _ progress: StepwiseProgress?
    ) throws -> RevertPlan {
        let steps = inverse.steps(undo, from: now)
        let name = release.environment.name
        let rows = try EnvironmentRows(name, link.session)
        let sql = (inverse.renames + steps).migrationText()
        return RevertPlan(
            environment: name, migration: row.name,
            finishedStatements: progress?.finishedStatements, sql: sql,
            followUps: steps.flatMap(\.followUps).map(\.statement),
            losses: steps.flatMap(\.losses).map { loss in
                let words = rows.words(loss)
                return words.isEmpty ? loss.description : "\(loss.description): \(words)"
            },
            digest: RevertPlan.digest(
                environment: name, row: row, history: link.state.history, sql: sql),
            notes: sql.isEmpty
                ? ["\(row.name) changed no schema; rows it changed stay as they are."] : [],
            inverse: inverse, row: row)
    }
}

/// What one migration did to a schema, and how that is turned around.
struct Inverse: Sendable {
    var renames: [DDLStep]
    var before: SchemaSnapshot
    /// Behind the renames.
    var after: SchemaSnapshot

    func read(_ session: PostgresSession) throws -> SchemaSnapshot {
        try SchemaSnapshot.read(session, defaultSchema: before.defaultSchema)
    }

    func undo(_ now: SchemaSnapshot) -> SchemaUndo {
        SchemaUndo(before: before, after: after, now: now)
    }

    func steps(_ undo: SchemaUndo, from now: SchemaSnapshot) -> [DDLStep] {
        SchemaDifference(from: now, to: undo.target).ddl(style: .compatible)
    }
}
