import Crypto
import PostgresLink
import Sandbox

/// The kept sandbox of a repository: one private server with a database for
/// each sandboxed environment and for replays.
enum SandboxDatabases {
    /// Starts or joins the repository's server and makes sure the database is there.
    static func open(
        _ database: String, _ options: WorkspaceOptions, repository: String?
    ) throws -> DatabaseAccess {
        let cluster = try cluster(options, repository: repository)
        if try !cluster.databaseExists(database) {
            try cluster.createDatabase(database)
        }
        let target = try ConnectionTarget(url: cluster.url(database: database))
        return DatabaseAccess(target: target, cluster: cluster)
    }

    /// The server of a repository.
    static func cluster(_ options: WorkspaceOptions, repository: String?) throws -> SandboxCluster {
        let installation = try ServerInstallation.find(override: options.serverBindir)
        return try SandboxCluster.start(
            .kept(at: directory(options, repository: repository)), installation: installation)
    }

    /// Where the server of a repository keeps its data.
    static func directory(_ options: WorkspaceOptions, repository: String?) -> String {
        "\(options.sandboxBase)/\(name(of: repository ?? options.repositoryPath))"
    }

    /// A short name for a repository's path.
    private static func name(of repository: String) -> String {
        String(Hexadecimal.encode(SHA256.hash(data: Array(repository.utf8))).prefix(16))
    }
}
