/// An error the server reported for a statement, or the loss of the
/// connection while one was running.
public struct PostgresError: Error, Sendable, Hashable, CustomStringConvertible {
    /// `nil` when the connection was lost before the server could say why.
    public var state: SQLState?
    public var severity: String
    public var message: String
    public var detail: String?
    public var hint: String?
    /// Where the server saw the error: characters from 1 in the text that was sent.
    public var position: Int?
    /// The call stack inside functions, as the server prints it.
    public var context: String?
    /// The function of the server's source that raised it, in no language; raising it in
    /// PL/pgSQL has another one than what the server itself refuses.
    public var routine: String?
    /// How many statements of the message had completed before the error.
    public var completedStatements: Int
    /// Whether the connection is unusable after this error.
    public var connectionLost: Bool

    public init(
        state: SQLState?, severity: String = "ERROR", message: String, detail: String? = nil,
        hint: String? = nil, position: Int? = nil, context: String? = nil, routine: String? = nil,
        completedStatements: Int = 0, connectionLost: Bool = false
    ) {
        self.state = state
        self.severity = severity
        self.message = message
        self.detail = detail
        self.hint = hint
        self.position = position
        self.context = context
        self.routine = routine
        self.completedStatements = completedStatements
        self.connectionLost = connectionLost
    }

    public var description: String {
        var text = state.map { "\(severity) \($0): \(message)" } ?? message
        if let detail { text += "\n  detail: \(detail)" }
        if let hint { text += "\n  hint: \(hint)" }
        return text
    }
}
