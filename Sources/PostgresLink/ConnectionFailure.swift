/// Why no connection could be made. Never holds the password.
public struct ConnectionFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is, which decides whether trying again can help.
    public enum Reason: Sendable, Hashable {
        /// Nobody answered, or the server is starting, stopping or full.
        case unreachable
        /// The server refused the user or the password.
        case authentication
        /// The server has no such database.
        case missingDatabase
        /// The connection was refused for a reason of its configuration (TLS, pg_hba, options).
        case refused
    }

    public var reason: Reason
    /// Where the connection was to go, without secrets.
    public var target: String
    /// What libpq or the server said.
    public var message: String

    public var description: String {
        switch reason {
        case .unreachable: "cannot reach \(target): \(message)"
        case .authentication: "\(target) refused the user or password: \(message)"
        case .missingDatabase: "the database does not exist on \(target): \(message)"
        case .refused: "\(target) refused the connection: \(message)"
        }
    }

    /// Sorts libpq's message. libpq 15 gives no SQLSTATE for a failed start-up
    /// (`PQresultErrorField` needs a result), so the server's wording decides;
    /// anything unknown that came from the server counts as refused.
    static func classify(_ message: String) -> Reason {
        let starting = [
            "starting up", "shutting down", "recovery mode", "too many clients",
            "remaining connection slots",
            "too many connections", "accepting connections",
        ]
        if starting.contains(where: message.contains) { return .unreachable }
        if message.contains("password authentication failed")
            || message.contains("no password supplied")
            || message.contains("role \"") && message.contains("does not exist")
            || message.contains("authentication failed")
        {
            return .authentication
        }
        if message.contains("database \"") && message.contains("does not exist") {
            return .missingDatabase
        }
        // “invalid channel_binding value” and the like come from libpq itself.
        return message.contains("FATAL:") || message.contains("SSL")
            || message.contains("certificate") || message.hasPrefix("invalid ")
            ? .refused : .unreachable
    }
}
