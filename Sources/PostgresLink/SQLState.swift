/// A five-character SQLSTATE code.
///
/// A struct rather than an enum, so that codes this program does not know
/// survive. Source: PostgreSQL 15 manual, appendix A.
public struct SQLState: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    public var description: String { rawValue }

    /// `lock_timeout` ran out, or a `NOWAIT` lock was not available.
    public static let lockNotAvailable = SQLState(rawValue: "55P03")
    /// The server chose this transaction to break a deadlock.
    public static let deadlockDetected = SQLState(rawValue: "40P01")
    /// A statement was cancelled by a client or by `statement_timeout`.
    public static let queryCanceled = SQLState(rawValue: "57014")
    /// The relation does not exist.
    public static let undefinedTable = SQLState(rawValue: "42P01")
    /// The role lacks a privilege.
    public static let insufficientPrivilege = SQLState(rawValue: "42501")
    /// The script is not SQL that this server understands.
    public static let syntaxError = SQLState(rawValue: "42601")
    /// The statement may not run inside a transaction block.
    public static let activeTransaction = SQLState(rawValue: "25001")
    /// Code that commits or rolls back was called inside a transaction block.
    public static let invalidTransactionTermination = SQLState(rawValue: "2D000")
    /// The text is not valid in the server's encoding.
    public static let invalidByteSequence = SQLState(rawValue: "22021")
    /// The server refuses writes: it is a standby or set read-only.
    public static let readOnlyTransaction = SQLState(rawValue: "25006")
    /// An earlier error aborted the current transaction.
    public static let inFailedTransaction = SQLState(rawValue: "25P02")
    /// Used by sluice's own guard expressions to stop a message.
    public static let divisionByZero = SQLState(rawValue: "22012")

    /// Whether the server said that it is ending this connection or has no
    /// room for another one: class 08, class 57P and 53300.
    public var endsConnection: Bool {
        rawValue.hasPrefix("08") || rawValue.hasPrefix("57P") || rawValue == "53300"
    }
}
