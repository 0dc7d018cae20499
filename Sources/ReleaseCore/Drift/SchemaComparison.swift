import GitStore
import PostgresLink
import SchemaCatalog

/// Compares the schemas of two databases, commits or folders.
public struct SchemaComparison {
    let workspace: Workspace

    public init(_ workspace: Workspace) {
        self.workspace = workspace
    }

    /// What turns the one schema into the other.
    public struct Result: Sendable {
        /// Where the schemas come from, without secrets.
        public var from: String
        public var to: String
        public var changes: [Change]
        /// The SQL, in the form of Prisma's own files.
        public var sql: String
        /// Changes for which there is no SQL.
        public var unrendered: [String]

        public var isEmpty: Bool { changes.isEmpty }
    }

    /// One object that differs.
    public struct Change: Sendable, Hashable, Encodable {
        /// `added`, `removed` or `changed`.
        public var change: String
        /// `table`, `column`, ...
        public var kind: String
        /// The object's name with its schema, `public.jobs.title`.
        public var object: String
        /// `definition`, `comment` or `grants`.
        public var aspect: String
        /// For people.
        public var line: String
    }

    /// - Parameters:
    ///   - from: the schema to start with.
    ///   - to: the schema to arrive at.
    ///   - keepsData: whether the SQL shall apply to a database with rows.
    /// - Returns: the differences and their SQL.
    /// - Throws: ``ReleaseError``, and what Git, server or sandbox throws.
    public func compare(from: SchemaOrigin, to: SchemaOrigin, keepsData: Bool) throws -> Result {
        let (first, firstName) = try snapshot(from)
        let (second, secondName) = try snapshot(to)
        let difference = SchemaDifference(from: first, to: second)
        let lines = zip(difference.essentials, difference.details).map(Change.init)
        let unrendered = difference.unrendered.map(\.line)
        var sql = difference.ddl(style: keepsData ? .compatible : .exact).migrationText()
        if !unrendered.isEmpty {
            sql += "\n-- There is no SQL for:\n" + unrendered.map { "--   \($0)\n" }.joined()
        }
        return Result(
            from: firstName, to: secondName, changes: lines, sql: sql, unrendered: unrendered)
    }

    private func snapshot(_ origin: SchemaOrigin) throws -> (SchemaSnapshot, String) {
        switch origin {
        case .empty: return (SchemaSnapshot(), "empty")
        case .environment(let name):
            let release = try workspace.release(to: name)
            let link = try workspace.link(to: release)
            return (
                try SchemaSnapshot.read(link.session, defaultSchema: link.replaySchema ?? "public"),
                "\(origin)"
            )
        case .url(let url):
            let target = try ConnectionTarget(url: url)
            let session = try PostgresSession(connecting: target)
            return (
                try SchemaSnapshot.read(session, defaultSchema: target.schema), target.redacted
            )
        case .commit(let revision): return (try replayed(at: revision), "\(origin)")
        case .migrations(let path): return (try replayed(in: path), "\(origin)")
        }
    }

    private func replayed(at revision: String) throws -> SchemaSnapshot {
        guard let repository = workspace.repository else {
            throw ReleaseError(.usage, "commit:\(revision) needs a repository.")
        }
        let commit = try repository.commit(at: revision).id
        let configuration = try workspace.configuration(at: commit)
        let listing = try repository.migrations(in: configuration.migrationsPath, at: commit)
        return try replayed(
            BranchMigrations(listing, branch: nil),
            scripts: { name in
                try listing.folders.first { $0.name == name }.map {
                    try repository.script($0.blob)
                }
            })
    }

    private func replayed(in path: String) throws -> SchemaSnapshot {
        let listing = try MigrationDirectory.listing(at: path)
        let directory = MigrationDirectory(path: path)
        return try replayed(
            BranchMigrations(listing, branch: nil), scripts: { try directory.script(named: $0) })
    }

    private func replayed(
        _ offered: BranchMigrations, scripts: (String) throws -> [UInt8]?
    ) throws -> SchemaSnapshot {
        if let problem = offered.problems.first {
            throw ReleaseError(.needsAttention, "\(problem.migration) \(problem.detail)")
        }
        var bytes: [String: [UInt8]] = [:]
        for migration in offered.migrations {
            bytes[migration.name] = try scripts(migration.name)
        }
        return try ReplayDatabases(
            cluster: try SandboxDatabases.cluster(
                workspace.options, repository: workspace.repositoryKey),
            migrations: ReplayMigration.all(offered.migrations, bytes)
        ).snapshot(with: offered.migrations.count)
    }
}

extension SchemaComparison.Change {
    init(_ change: SchemaChange, _ line: String) {
        self.init(
            change: change.kind.rawValue, kind: change.object.kind.rawValue,
            object: change.object.path, aspect: change.aspect.rawValue, line: line)
    }
}
