/// A branch and the commit it points to.
public struct BranchTip: Sendable, Hashable, Codable {
    /// The short name, without remote: `main`.
    public let name: String
    /// The full name: `refs/heads/main` or `refs/remotes/origin/main`.
    public let reference: String
    /// Whether it was found as a copy of a remote's branch only.
    public let isRemoteTracking: Bool
    /// The commit it points to.
    public let commit: ObjectID
}

/// What HEAD stands for.
public enum Head: Sendable, Hashable {
    /// A branch is checked out.
    case branch(name: String, commit: ObjectID)
    /// A branch without any commit is checked out (a new repository).
    case unborn(name: String)
    /// A commit is checked out without a branch, as CI systems do.
    case detached(commit: ObjectID)
}
