import Foundation
import Sandbox

/// The repository's private server, for people.
public struct SandboxControl {
    let workspace: Workspace

    public init(_ workspace: Workspace) {
        self.workspace = workspace
    }

    /// Keeps the server running as long as it is referenced.
    public struct Use: Sendable {
        /// For `psql` or an application's `DATABASE_URL`.
        public var url: String
        let cluster: SandboxCluster
    }

    /// Starts the server and makes sure an environment's database is there.
    ///
    /// - Throws: ``ReleaseError`` when the environment has a database of its
    ///   own, and `SandboxError`.
    public func open(_ name: String) throws -> Use {
        if let restored = try RestoredClusters(workspace).open(name) {
            return Use(url: restored.url, cluster: restored.cluster)
        }
        // What “sluice restore” has made there.
        if RestoredDatabase.isName(name) {
            let cluster = try SandboxDatabases.cluster(
                workspace.options, repository: workspace.repositoryKey)
            if try cluster.databaseExists(name) {
                return Use(url: cluster.url(database: name), cluster: cluster)
            }
        }
        let environment = try workspace.environment(named: name)
        guard environment.isSandboxed else {
            throw ReleaseError(
                .usage, "\(name) is not sandboxed: its database is \(environment.database.raw).")
        }
        let access = try SandboxDatabases.open(
            name, workspace.options, repository: workspace.repositoryKey)
        guard let cluster = access.cluster else {
            throw ReleaseError(.failed, "the sandbox of \(name) did not start.")
        }
        return Use(url: cluster.url(database: name), cluster: cluster)
    }

    /// Deletes the server and everything in it.
    ///
    /// - Parameter name: a restored cluster, or a restored database, instead of the
    ///   repository's server.
    /// - Throws: ``ReleaseError`` while the server that is to go is in use, and
    ///   `SandboxError`.
    /// - Returns: whether there was one.
    public func remove(_ name: String? = nil) throws -> Bool {
        if let name, try removeDatabase(name) { return true }
        let directory =
            name.map { RestoredClusters(workspace).directory($0) }
            ?? SandboxDatabases.directory(workspace.options, repository: workspace.repositoryKey)
        guard FileManager.default.fileExists(atPath: directory) else { return false }
        guard Self.stops("\(directory)/data/postmaster.pid") else {
            throw ReleaseError(
                .tryAgain, "the sandbox in \(directory) is in use.",
                next: ["end what uses it, then run it again."])
        }
        try FileManager.default.removeItem(atPath: directory)
        return true
    }

    /// Whether no server runs there; one whose last user has just gone is waited for.
    private static func stops(_ mark: String) -> Bool {
        let deadline = ContinuousClock.now + .seconds(10)
        while FileManager.default.fileExists(atPath: mark) {
            guard ContinuousClock.now < deadline else { return false }
            DeploymentLock.pause(milliseconds: 50)
        }
        return true
    }

    /// What “sluice restore” has made on the repository's server.
    private func removeDatabase(_ name: String) throws -> Bool {
        let directory = SandboxDatabases.directory(
            workspace.options, repository: workspace.repositoryKey)
        guard RestoredDatabase.isName(name),
            FileManager.default.fileExists(atPath: "\(directory)/data/PG_VERSION")
        else { return false }
        let cluster = try SandboxDatabases.cluster(
            workspace.options, repository: workspace.repositoryKey)
        guard try cluster.databaseExists(name) else { return false }
        try cluster.dropDatabase(name)
        return true
    }
}
