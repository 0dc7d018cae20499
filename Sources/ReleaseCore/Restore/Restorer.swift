import GitStore
import PostgresLink
import Sandbox

/// Restores a backup to another database and replays the migrations that are safe:
/// the runbook's last resort, without touching the environment.
public struct Restorer {
    let workspace: Workspace
    let interrupt: Interrupt

    public init(_ workspace: Workspace, interrupt: Interrupt = Interrupt()) {
        self.workspace = workspace
        self.interrupt = interrupt
    }

    /// - Returns: what is there now.
    /// - Throws: ``ReleaseError`` when the target is an environment or not empty, or
    ///   the backup cannot be restored.
    public func run(_ request: RestoreRequest) throws -> RestoreReport {
        let release = try workspace.release(to: request.environment)
        try checkNames(request.except, release)
        let installation = try ServerInstallation.find(override: workspace.options.serverBindir)
        switch request.source {
        case .archive(let path):
            return try restore(path, request, release, installation)
        case .pgBackRest(let stanza, let time):
            let restore = try PgBackRestRestore(
                stanza, time, installation, workspace.options.variables, interrupt)
            return try self.restore(restore, request, release)
        }
    }

    private func restore(
        _ path: String, _ request: RestoreRequest, _ release: Release,
        _ installation: ServerInstallation
    ) throws -> RestoreReport {
        let archive = try BackupArchive(at: path)
        let history = try ArchivedHistory.read(archive, installation, interrupt)
        try refuseContained(request.except, history.applied, release)
        let place = try place(request.target)
        do {
            try refuseEnvironments(place)
            try refuseFull(place)
            try ArchiveLoader(
                installation: installation, target: place.target, interrupt: interrupt
            ).load(archive, isPrivate: place.isPrivate)
            return try report("\(path) (\(archive.format.rawValue))", request, release, place)
        } catch {
            if place.isNew { try? place.cluster?.dropDatabase(place.target.databaseName) }
            throw error
        }
    }

    /// A cluster of its own, since that is what the backup is of.
    private func restore(
        _ restore: PgBackRestRestore, _ request: RestoreRequest, _ release: Release
    ) throws -> RestoreReport {
        guard case .sandbox(let name) = request.target else {
            throw ReleaseError(
                .usage,
                "a backup of pgBackRest is a whole cluster, which does not fit into a database.",
                state: "nothing was made.", next: ["restore it to a private server: --to sandbox"])
        }
        let database = try RestoredClusters.database(of: release, workspace)
        let path = RestoredClusters(workspace).directory(name)
        let copy = try restore.run(at: path)
        do {
            let cluster = try SandboxCluster.start(
                .kept(at: copy.directory), installation: restore.installation)
            let url = cluster.url(database: database)
            let place = Place(
                target: try ConnectionTarget(url: url), url: url, isPrivate: true,
                cluster: cluster, name: name)
            let applied = try RestoredClusters.session(place.target, cluster) { session in
                Set(try DatabaseState.read(session).history.appliedNames)
            }
            try refuseContained(request.except, applied, release)
            let time = restore.targetTime.map { " as of \($0)" } ?? ""
            return try report(
                "pgBackRest, stanza \(restore.stanza)\(time)", request, release, place)
        } catch {
            copy.remove()
            throw error
        }
    }

    private func report(
        _ source: String, _ request: RestoreRequest, _ release: Release, _ place: Place
    ) throws -> RestoreReport {
        var report = RestoreReport(
            environment: release.environment.name, source: source,
            target: place.target.redacted, url: place.isPrivate ? place.url : nil,
            name: place.name, tables: 0, restored: 0, applied: [], leftOut: [], tooLate: [],
            notes: [])
        try replay(request, release, place, &report)
        check(release, place, &report)
        return report
    }

    /// What is applied in the backup cannot be left out any more.
    private func refuseContained(
        _ names: Set<String>, _ applied: Set<String>, _ release: Release
    ) throws {
        let contained = release.offered.migrations.map(\.name).filter {
            names.contains($0) && applied.contains($0)
        }
        guard let first = contained.first else { return }
        let more = contained.count > 1 ? " and \(contained.count - 1) more are" : " is"
        throw ReleaseError(
            .needsAttention,
            "\(first)\(more) in the backup already, and so cannot be left out.",
            state: "nothing was restored.", next: ["take an older backup to be without it."])
    }

    // MARK: where to

    /// The database that is filled.
    private struct Place {
        var target: ConnectionTarget
        var url: String
        /// Whether its server is the repository's own.
        var isPrivate: Bool
        var cluster: SandboxCluster?
        /// Whether it was made for this, and goes when nothing comes of it.
        var isNew = false
        /// By which `sluice sandbox run` finds it.
        var name: String?
    }

    private func place(_ target: RestoreRequest.Target) throws -> Place {
        switch target {
        case .url(let url):
            return Place(target: try ConnectionTarget(url: url), url: url, isPrivate: false)
        case .sandbox(let name):
            let cluster = try SandboxDatabases.cluster(
                workspace.options, repository: workspace.repositoryKey)
            let isNew = try !cluster.databaseExists(name)
            if isNew { try cluster.createDatabase(name) }
            let url = cluster.url(database: name)
            return Place(
                target: try ConnectionTarget(url: url), url: url, isPrivate: true,
                cluster: cluster, isNew: isNew)
        }
    }

    /// Not even one that is empty: an environment gets its schema by deployments.
    private func refuseEnvironments(_ place: Place) throws {
        let identity = (try? PostgresSession(connecting: place.target, keeping: place.cluster))
            .flatMap(Self.identity)
        for environment in workspace.configuration.environments {
            let isSame: Bool
            if let identity, identity == self.identity(of: environment) {
                isSame = true
            } else if environment.isSandboxed {
                isSame = place.isPrivate && place.target.databaseName == environment.name
            } else if let url = try? environment.database.resolve(workspace.options.variables),
                let own = try? ConnectionTarget(url: url)
            {
                isSame =
                    own.server == place.target.server
                    && own.databaseName == place.target.databaseName
            } else {
                isSame = false
            }
            if isSame {
                throw ReleaseError(
                    .usage,
                    "\(place.target.redacted) is the database of \(environment.name), and a backup is never restored over an environment.",
                    state: "nothing was changed.",
                    next: ["name another, empty database, or --to sandbox."])
            }
        }
    }

    /// What a database is, whatever its address is called: the cluster and the
    /// database in it (PostgreSQL manual, 9.27.9, `pg_control_system`).
    private static func identity(_ session: PostgresSession) -> String? {
        (try? session.query(
            """
            SELECT concat_ws('/', s.system_identifier, d.oid) FROM pg_catalog.pg_control_system() s,
              pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()
            """))?.scalar
    }

    /// `nil` where the environment cannot be asked; then its address has to do.
    private func identity(of environment: EnvironmentConfiguration) -> String? {
        guard !environment.isSandboxed,
            let url = try? environment.database.resolve(workspace.options.variables),
            let target = try? ConnectionTarget(url: url).withDefault("connect_timeout", "3")
        else { return nil }
        return (try? PostgresSession(connecting: target)).flatMap(Self.identity)
    }

    private func refuseFull(_ place: Place) throws {
        let session = try PostgresSession(
            connecting: place.target, applicationName: "sluice restore", keeping: place.cluster)
        let first = try session.query(
            """
            SELECT n.nspname || '.' || c.relname FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
              AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
            ORDER BY 1 LIMIT 1
            """
        ).scalar
        guard let first else { return }
        throw ReleaseError(
            .usage, "\(place.target.redacted) is not empty: it has \(first).",
            state: "nothing was changed.",
            next: [
                place.isPrivate
                    ? "sluice sandbox remove \(place.target.databaseName), or give the copy another name."
                    : "create a new database for the backup."
            ])
    }

    // MARK: what follows

    private func checkNames(_ names: Set<String>, _ release: Release) throws {
        let known = release.offered.migrations.map(\.name)
        for name in names.sorted() where !known.contains(name) {
            throw MigrationSelection.unknown(
                name, known, release.offered.branch.map { "branch \($0)" } ?? "HEAD")
        }
    }

    private func replay(
        _ request: RestoreRequest, _ release: Release, _ place: Place,
        _ report: inout RestoreReport
    ) throws {
        let session = try PostgresSession(
            connecting: place.target, applicationName: "sluice restore", keeping: place.cluster)
        let state = try DatabaseState.read(session)
        try Self.markCopy(session, state)
        report.tables =
            try session.query(
                "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname !~ '^pg_' AND schemaname NOT IN ('information_schema', '_sluice') AND tablename <> '_prisma_migrations'"
            ).scalar.flatMap { Int($0) } ?? 0
        report.restored = state.history.appliedNames.count
        report.tooLate = state.history.appliedNames.filter(request.except.contains)
        let pending = Planner.pending(release.offered, state.history)
        report.leftOut = pending.map(\.name).filter(request.except.contains)
        let schema = state.historySchema ?? place.target.schema ?? "public"
        var replay = Replay(session: session, schema: schema == "public" ? nil : schema)
        replay.makesRoles = place.isPrivate
        for migration in pending where !request.except.contains(migration.name) {
            if interrupt.isRaised { throw ReleaseError(.interrupted, "stopped.") }
            do {
                try replay.run(try workspace.replayed([migration], in: release).planned())
                report.applied.append(migration.name)
            } catch let error as ReleaseError {
                report.failure = error.what.replacing("in the sandbox", with: "to the copy")
                return
            }
        }
    }

    /// The ledger in the backup says which environment the database is. The copy
    /// must not pass for it.
    private static func markCopy(_ session: PostgresSession, _ state: DatabaseState) throws {
        guard let ledger = state.ledger else { return }
        let name = Quoting.literal("a restored copy of \(ledger.environment)")
        try session.execute("UPDATE _sluice.meta SET environment = \(name)")
    }

    /// Only checks that ask the database: the others would ask the environment.
    private func check(_ release: Release, _ place: Place, _ report: inout RestoreReport) {
        guard report.failure == nil else { return }
        let all = release.environment.smoke
        let checks = all.filter { $0.kind == "sql" }
        if checks.count < all.count {
            report.notes.append(
                "\(all.count - checks.count) smoke checks ask the application and not its database, so they were not run."
            )
        }
        guard !checks.isEmpty else { return }
        let stage = SmokeStage(workspace: workspace, interrupt: interrupt)
        report.smoke = SmokeRunner(stage.setting(release, place.target)).run(checks)
    }
}
