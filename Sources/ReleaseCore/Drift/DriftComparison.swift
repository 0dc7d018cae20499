import PostgresLink
import Sandbox
import SchemaCatalog

/// Compares the schema of an environment with what its history produces in the
/// sandbox, object by object.
///
/// One message to the database. The replayed history is kept in the sandbox, so
/// that the next comparison only reads it.
public struct DriftComparison {
    private let options: WorkspaceOptions
    private let repositoryKey: String?

    public init(_ workspace: Workspace) {
        self.init(workspace.options, repositoryKey: workspace.repositoryKey)
    }

    init(_ options: WorkspaceOptions, repositoryKey: String?) {
        self.options = options
        self.repositoryKey = repositoryKey
    }

    /// - Parameters:
    ///   - workspace: where the scripts are read from.
    ///   - release: whose migrations the history is replayed from.
    ///   - link: the environment's database, with its history read.
    /// - Returns: the differences, without what is not the history's: members
    ///   of extensions, sluice's and Prisma's own tables, extensions that only
    ///   observe the server, privileges of roles the history never names, and
    ///   what the drift gate's `ignore` lists.
    /// - Throws: ``ReleaseError`` when the history does not apply in the sandbox,
    ///   and what Git, server or sandbox throws.
    public static func compare(
        _ workspace: Workspace, _ release: Release, _ link: EnvironmentLink
    ) throws -> Drift {
        try DriftComparison(workspace).compare(
            migrations: workspace.applied(release, link.state), release.environment, link)
    }

    /// With the replayed migrations at hand.
    func compare(
        migrations: [ReplayMigration], _ environment: EnvironmentConfiguration,
        _ link: EnvironmentLink
    ) throws -> Drift {
        let databases = ReplayDatabases(
            cluster: try SandboxDatabases.cluster(
                options, repository: repositoryKey),
            migrations: migrations, schema: link.replaySchema)
        let expected = try databases.snapshot(with: migrations.count)
        let actual = try SchemaSnapshot.read(
            link.session, defaultSchema: link.replaySchema ?? "public")
        let ignored = environment.gates.first { $0.gate == .drift }?.lists["ignore"] ?? []
        let scope = DriftScope(
            expected: expected, patterns: ignored, onlySchema: link.target.schema,
            schemaToCome: link.state.historySchema == nil && link.state.schema == nil
                ? link.target.schema : nil)
        let whole = SchemaDifference(from: expected, to: actual)
        let difference = whole.filter { scope.isOurs($0, in: whole) }
        return Drift(
            lines: difference.details, notes: notes(link, expected, migrations.map(\.name)))
    }

    private func notes(
        _ link: EnvironmentLink, _ expected: SchemaSnapshot, _ replayed: [String]
    ) -> [String] {
        var notes: [String] = []
        let known = Set(replayed)
        let absent = link.state.history.appliedNames.filter { !known.contains($0) }
        if let first = absent.first {
            let more = absent.count > 1 ? " and \(absent.count - 1) more" : ""
            notes.append(
                "\(first)\(more) is applied and not on the branch, so it was not replayed: what it made counts as a difference."
            )
        }
        for row in link.state.history.failed {
            notes.append(
                "\(row.name) is unfinished: what it has done so far counts as a difference.")
        }
        let (sandbox, server) = (expected.serverVersion / 10_000, link.state.serverVersion / 10_000)
        if sandbox != server {
            notes.append(
                "the sandbox is PostgreSQL \(sandbox) and the database \(server): they may print the same expression differently."
            )
        }
        return notes
    }
}

extension EnvironmentLink {
    /// The schema that unqualified names lead to, where it is not `public`.
    var replaySchema: String? {
        let schema = target.schema ?? state.historySchema ?? state.schema ?? "public"
        return schema == "public" ? nil : schema
    }
}

extension Workspace {
    /// The migrations of the branch that an environment's history has, in the
    /// branch's order.
    ///
    /// - Throws: ``ReleaseError`` for a script that cannot be read.
    func applied(_ release: Release, _ state: DatabaseState) throws -> [ReplayMigration] {
        let applied = state.history.applied
        return try replayed(
            release.offered.migrations.filter { applied[$0.name] != nil }, in: release)
    }

    /// Reads migrations for a replay.
    ///
    /// - Throws: ``ReleaseError`` for a script that is no text.
    func replayed(_ migrations: [Migration], in release: Release) throws -> [ReplayMigration] {
        try ReplayMigration.all(migrations, scripts(of: migrations.map(\.name), in: release))
    }
}

extension ReplayMigration {
    /// - Throws: ``ReleaseError`` for a script that is no text.
    static func all(
        _ migrations: [Migration], _ scripts: [String: [UInt8]]
    ) throws -> [ReplayMigration] {
        try migrations.map { migration in
            guard let bytes = scripts[migration.name],
                let text = String(validating: bytes, as: UTF8.self)
            else {
                throw ReleaseError(
                    .needsAttention, "\(migration.name): its script is not UTF-8 text.")
            }
            return ReplayMigration(migration, text: text)
        }
    }
}
