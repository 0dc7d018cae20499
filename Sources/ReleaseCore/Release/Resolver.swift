import PostgresLink
import SchemaCatalog

/// Says what became of a migration, as `prisma migrate resolve` does.
public struct Resolver {
    let workspace: Workspace

    public init(_ workspace: Workspace) {
        self.workspace = workspace
    }

    /// Compares an environment's schema with what its history and this
    /// migration would produce in the sandbox.
    ///
    /// - Returns: the differences, a line each; none when they are equal.
    /// - Throws: ``ReleaseError``, and what Git, server or sandbox throws.
    public func differences(assuming name: String, in environment: String) throws -> [String] {
        let release = try workspace.release(to: environment)
        let link = try workspace.link(to: release)
        let known = Set(link.state.history.appliedNames).union([name])
        let assumed = release.offered.migrations.filter { known.contains($0.name) }
        let databases = ReplayDatabases(
            cluster: try SandboxDatabases.cluster(
                workspace.options, repository: workspace.repositoryKey),
            migrations: try workspace.replayed(assumed, in: release))
        let expected = try databases.snapshot(with: assumed.count)
        return SchemaDifference(from: expected, to: try SchemaSnapshot.read(link.session)).summary
    }

    /// Records that a migration is in the database without running it. Makes
    /// the history where there is none, which is how a database is baselined.
    ///
    /// - Throws: ``ReleaseError`` when the migration does not exist or is
    ///   recorded as applied already, and what Git or the server throws.
    public func markApplied(_ name: String, in environment: String, reason: String? = nil) throws {
        let release = try workspace.release(to: environment)
        guard let migration = release.offered.migrations.first(where: { $0.name == name }) else {
            throw ReleaseError(
                .usage, "there is no migration “\(name)” on \(release.offered.branch ?? "HEAD").",
                next: ["give the folder's whole name, for example 20240131120000_add_jobs."])
        }
        let link = try locked(release)
        if link.state.history.rows.contains(where: { $0.name == name && $0.finishedAt != nil }) {
            throw ReleaseError(
                .usage, "\(name) is recorded as applied in \(release.environment.name) already.",
                state: "nothing was changed.")
        }
        let table = link.state.historyTable
        var sql = "BEGIN;\n"
        if link.state.historySchema == nil { sql += table.creation + ";\n" }
        sql += """
            UPDATE \(table.qualified) SET rolled_back_at = pg_catalog.now()
             WHERE migration_name = \(Quoting.literal(name)) AND finished_at IS NULL AND rolled_back_at IS NULL;
            INSERT INTO \(table.qualified)
              (id, checksum, logs, started_at, finished_at, migration_name, applied_steps_count)
            VALUES ('\(UUID4.make())', '\(migration.checksum)', '', pg_catalog.now(), pg_catalog.now(),
                    \(Quoting.literal(name)), 0);

            """
        sql += try ledger(link, migration.name, migration.checksum, "applied", reason) + "COMMIT"
        try link.session.record(sql)
    }

    /// Records that a failed migration was undone by hand, so that it is
    /// pending again.
    ///
    /// - Returns: whether a failed attempt was there to mark.
    /// - Throws: ``ReleaseError`` when it never ran or did not fail.
    @discardableResult
    public func markRolledBack(
        _ name: String, in environment: String, reason: String? = nil
    ) throws -> Bool {
        let release = try workspace.release(to: environment)
        let link = try locked(release)
        let rows = link.state.history.rows.filter { $0.name == name }
        guard !rows.isEmpty else {
            throw ReleaseError(
                .usage, "\(name) never ran in \(release.environment.name).",
                state: "nothing was changed.",
                next: [
                    "give the folder's whole name; “sluice status \(release.environment.name)” shows it."
                ])
        }
        if rows.allSatisfy({ $0.state == .applied }) {
            throw ReleaseError(
                .usage, "\(name) did not fail in \(release.environment.name): it is applied.",
                state: "nothing was changed.",
                next: ["to undo it, sluice hotfix \(name)."])
        }
        // As in Prisma, saying it again is no error; nothing is written, and nothing claimed.
        guard rows.contains(where: { $0.state == .failed }) else { return false }
        let table = link.state.historyTable
        try link.session.record(
            """
            BEGIN;
            UPDATE \(table.qualified) SET rolled_back_at = pg_catalog.now()
             WHERE migration_name = \(Quoting.literal(name)) AND finished_at IS NULL AND rolled_back_at IS NULL;
            \(try ledger(link, name, rows.last?.checksum ?? "", "rolled-back", reason))COMMIT
            """)
        return true
    }

    private func locked(_ release: Release) throws -> EnvironmentLink {
        let link = try workspace.link(to: release)
        try lock(link, release)
        try link.refresh()
        return link
    }

    /// Takes the deployment lock, which the session keeps.
    func lock(_ link: EnvironmentLink, _ release: Release) throws {
        let result = try DeploymentLock.acquire(
            link.session, budget: .seconds(10), interrupt: Interrupt()
        ) { _ in }
        guard case .held = result else {
            throw ReleaseError(
                .tryAgain, "a deployment to \(release.environment.name) is running.",
                state: "nothing was changed.", next: ["run it again when that one is done."])
        }
    }

    private func ledger(
        _ link: EnvironmentLink, _ name: String, _ checksum: String, _ outcome: String,
        _ reason: String?
    ) throws -> String {
        guard link.state.ledger != nil else { return "" }
        return try link.ledgerPreparation() + """
            INSERT INTO _sluice.resolves (migration, checksum, outcome, reason, resolved_by)
            VALUES (\(Quoting.literal(name)), \(Quoting.literal(checksum)), '\(outcome)',
                    \(Quoting.literal(reason)), \(Quoting.literal(workspace.options.actor)));
            DELETE FROM _sluice.progress WHERE migration = \(Quoting.literal(name));

            """
    }
}
