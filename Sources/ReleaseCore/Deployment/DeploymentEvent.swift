public import PostgresLink

/// What a deployment tells while it runs.
public enum DeploymentEvent: Sendable {
    /// Gates and lock are passed; this plan runs now.
    case started(Plan)
    /// Somebody else holds the deployment lock.
    case waitingForLock(AdvisoryLock.Holder?)
    /// A stepwise migration continues behind what an earlier run finished.
    case resuming(migration: String, finishedStatements: Int, of: Int)
    /// The server refused a statement in a transaction; the migration runs stepwise instead.
    case turningStepwise(migration: String, statement: Int, tag: String)
    /// A statement that runs by itself is starting.
    case runningAlone(migration: String, tag: String)
    /// A migration is committed; milliseconds by the server's clock.
    case applied(migration: String, index: Int, of: Int, milliseconds: Int)
    /// A lock was not to be had, so the migration is tried again.
    case retrying(migration: String, attempt: Int, of: Int, reason: String)
    /// Another session stands in the way of the running statement.
    case blocked(by: Blocker)
    /// How far the running statement is.
    case progress(phase: String, percent: Int?)
    /// The connection broke; the history says how far the work came.
    case reconnecting(attempt: Int)
    /// Smoke checks run, and so many have ended.
    case checking(finished: Int, of: Int)
    /// All checks passed; they are repeated for so long.
    case baking(Duration)
    /// The application was taken out of service, or is back.
    case maintenance(isOn: Bool)

    /// A session that holds a lock others want.
    public struct Blocker: Sendable, Hashable {
        public var process: Int
        public var application: String
        /// `active`, `idle in transaction`, …
        public var state: String
        /// The beginning of its last statement.
        public var query: String
        /// How long its transaction has been open.
        public var seconds: Int
    }
}
