public import GitStore

/// A bare copy of a remote repository, kept up to date.
public struct Mirror: Sendable {
    /// Where the copy is.
    public var path: String
    /// The address; may hold a secret.
    var url: String
    var credentials: GitCredentialSource

    public init(path: String, url: String, credentials: @escaping GitCredentialSource) {
        self.path = path
        self.url = url
        self.credentials = credentials
    }

    /// Fetches every branch.
    ///
    /// - Throws: `GitError`, whose message holds no secret.
    public func refresh() throws {
        try GitRepository(mirrorAt: path).mirror(url, credentials: credentials)
    }
}
