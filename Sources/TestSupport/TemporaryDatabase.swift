import Sandbox

/// Runs `body` with the URL of a new, empty database of ``TestCluster`` and
/// drops it afterwards, sessions and all.
///
/// - Parameters:
///   - template: the database to copy instead of an empty one.
///   - body: gets the URL, for libpq, psql and `sluice.yml`.
/// - Returns: what `body` returns.
/// - Throws: what `body` throws, or that the cluster cannot be used.
public func withTemporaryDatabase<Result>(
    template: String? = nil, _ body: (String) async throws -> Result
) async throws -> Result {
    let database = try await TemporaryDatabase.create(template: template)
    do {
        let result = try await body(database.url)
        try await database.drop()
        return result
    } catch {
        try? await database.drop()
        throw error
    }
}

/// A database of ``TestCluster`` with a name of its own, for tests that need
/// several or keep one beyond a closure.
public struct TemporaryDatabase: Sendable {
    public let name: String
    /// The address for libpq, psql and `sluice.yml`.
    public let url: String

    /// Creates it.
    ///
    /// - Parameter template: the database to copy instead of an empty one.
    /// - Returns: the database; nobody drops it but ``drop()`` and the cluster's end.
    /// - Throws: `SandboxError` or `PostgresError`.
    public static func create(template: String? = nil) async throws -> TemporaryDatabase {
        let cluster = try await TestCluster.shared
        let name = "test_\(RandomName.make())"
        try await onOwnThread { try cluster.createDatabase(name, template: template) }
        return TemporaryDatabase(name: name, url: cluster.url(database: name))
    }

    /// Drops it; sessions in it are ended.
    ///
    /// - Throws: `SandboxError` or `PostgresError`.
    public func drop() async throws {
        let cluster = try await TestCluster.shared
        let name = name
        try await onOwnThread { try cluster.dropDatabase(name) }
    }
}
