public import GitStore

/// What one look at an environment came to.
public enum WatchOutcome: Sendable {
    /// Nothing is pending at this commit.
    case upToDate(ObjectID?)
    /// A plan ran, whatever its verdict.
    case ran(DeploymentReport)
    /// Gates or problems stand in the way; nothing changed.
    case blocked(DeploymentReport)
    /// This very plan failed before, and nothing has changed since.
    case failedBefore(migration: String?, message: String?, digest: String)
    /// The environment is on hold.
    case held(Hold)
    /// The branch was rewritten or deleted, and the environment is on hold now.
    case putOnHold(reason: String)
    /// Another watcher is at work on the same database.
    case elsewhere
    /// Somebody asked this watcher to stop.
    case interrupted
    /// A later look may find it better: why not now.
    case tryAgain(String)
    /// Somebody has to change something first: what.
    case unusable(String)

    /// Whether waiting alone may change it.
    public var isPassing: Bool {
        switch self {
        case .tryAgain, .elsewhere: true
        case .ran(let report): report.failure?.isTransient == true
        default: false
        }
    }
}
