public import GitStore

/// A bare copy of a remote repository, kept up to date.
public struct Mirror: Sendable {
    /// Where the copy is.
    public var path: String
    /// The address; may hold a secret.
    var url: String
    var certificates: String?
    var credentials: GitCredentialSource

    /// Makes a copy's description; nothing is fetched yet.
    ///
    /// - Parameters:
    ///   - path: where the copy is.
    ///   - url: the address; may hold a secret.
    ///   - certificates: a PEM file with the authorities for https, instead of the system's.
    ///   - credentials: answers what the remote asks.
    public init(
        path: String, url: String, certificates: String? = nil,
        credentials: @escaping GitCredentialSource
    ) {
        self.path = path
        self.url = url
        self.certificates = certificates
        self.credentials = credentials
    }

    /// Fetches every branch.
    ///
    /// - Throws: `GitError`, whose message holds no secret.
    public func refresh() throws {
        try GitRepository(mirrorAt: path).mirror(
            url, certificates: certificates, credentials: credentials)
    }
}
