import Glibc
import PostgresLink
import Sandbox

/// The private servers of a repository that physical backups were restored to.
struct RestoredClusters {
    let workspace: Workspace

    init(_ workspace: Workspace) {
        self.workspace = workspace
    }

    /// Beside the repository's own server.
    func directory(_ name: String) -> String {
        let own = SandboxDatabases.directory(
            workspace.options, repository: workspace.repositoryKey)
        let safe = name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
        return "\(own)-\(String(safe))"
    }

    /// Starts one again; `nil` where there is none of this name.
    func open(_ name: String) throws -> (cluster: SandboxCluster, url: String)? {
        let path = directory(name)
        guard access("\(path)/data/PG_VERSION", F_OK) == 0 else { return nil }
        let cluster = try SandboxCluster.start(
            .kept(at: path),
            installation: try ServerInstallation.find(override: workspace.options.serverBindir))
        let target = try ConnectionTarget(url: cluster.url(database: "postgres"))
        let database = try Self.session(target, cluster) { session in
            try session.query(
                """
                SELECT datname FROM pg_catalog.pg_database WHERE NOT datistemplate
                ORDER BY datname = 'postgres', pg_catalog.pg_database_size(oid) DESC LIMIT 1
                """
            ).scalar
        }
        return (cluster, cluster.url(database: database ?? "postgres"))
    }

    /// The database of an environment's own cluster.
    ///
    /// - Throws: ``ReleaseError`` where the environment has none.
    static func database(of release: Release, _ workspace: Workspace) throws -> String {
        guard !release.environment.isSandboxed else {
            throw ReleaseError(
                .usage, "\(release.environment.name) is sandboxed, and nobody backs that up.",
                state: "nothing was made.")
        }
        let url = try release.environment.database.resolve(workspace.options.variables)
        return try ConnectionTarget(url: url).databaseName
    }

    /// - Throws: ``ReleaseError`` where the restored cluster has no such database.
    static func session<T>(
        _ target: ConnectionTarget, _ cluster: SandboxCluster,
        _ body: (PostgresSession) throws -> T
    ) throws -> T {
        do {
            return try body(
                PostgresSession(
                    connecting: target, applicationName: "sluice restore", keeping: cluster))
        } catch let failure as ConnectionFailure {
            throw ReleaseError(
                .failed, "the restored cluster cannot be asked: \(failure)",
                state: "the copy was removed again; nothing else was touched.")
        }
    }
}
