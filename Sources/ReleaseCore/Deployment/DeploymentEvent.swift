public import PostgresLink

/// What a deployment tells while it runs.
public enum DeploymentEvent: Sendable {
    /// Somebody else holds the deployment lock.
    case waitingForLock(AdvisoryLock.Holder?)
    /// A stepwise migration continues behind what an earlier run finished.
    case resuming(migration: String, finishedStatements: Int, of: Int)
    /// A statement that runs by itself is starting.
    case runningAlone(migration: String, tag: String)
    /// A migration is committed; milliseconds by the server's clock.
    case applied(migration: String, index: Int, of: Int, milliseconds: Int)
    /// A lock was not to be had, so the migration is tried again.
    case retrying(migration: String, attempt: Int, of: Int, reason: String)
    /// The connection broke; the history says how far the work came.
    case reconnecting(attempt: Int)
}
