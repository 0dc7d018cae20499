/// Why a private PostgreSQL could not be found, started or used.
public struct SandboxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Reason: Sendable, Hashable {
        /// No PostgreSQL server is installed where it was looked for.
        case serverMissing
        /// A program the sandbox needs besides PostgreSQL is not installed.
        case programMissing
        /// The directory cannot be created, written or reached.
        case directoryUnusable
        /// The directory holds something that is not a cluster of this version.
        case notOurs
        /// `initdb` or `postgres` ended with an error, or did not get ready in time.
        case startFailed
        /// The cluster was used after ``SandboxCluster/stop()``.
        case stopped
    }

    /// What kind of failure it is.
    public var reason: Reason
    /// What happened, where, and what to do: sentences.
    public var message: String
    /// The last lines of what `initdb` and `postgres` wrote, where they ran.
    public var log: String

    init(_ reason: Reason, _ message: String, log: String = "") {
        self.reason = reason
        self.message = message
        self.log = log
    }

    public var description: String {
        log.isEmpty ? message : "\(message)\n\(log)"
    }
}
