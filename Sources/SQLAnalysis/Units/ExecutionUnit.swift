/// A piece of a script that is there wholly or not at all.
public struct ExecutionUnit: Sendable, Hashable {
    /// How a unit is to be sent.
    public enum Kind: String, Sendable, Hashable {
        /// In a transaction of the runner.
        case transactional
        /// As a simple-query message of its own outside any transaction.
        case alone
    }

    /// How the runner's transaction ends.
    public enum Ending: String, Sendable, Hashable {
        /// The work stays.
        case commit
        /// The author throws the work away.
        case rollback
    }

    /// How the unit is to be sent.
    public let kind: Kind
    /// Indices into the script's statements; the author's own BEGIN, COMMIT and ROLLBACK stand
    /// outside, since the runner's transaction replaces them. Empty in a script without
    /// statements.
    public let statements: Range<Int>
    /// The modes of the author's BEGIN, which the runner's must keep, such as `ISOLATION LEVEL
    /// SERIALIZABLE`.
    public let begin: String?
    /// How the runner's transaction ends.
    public let ending: Ending
    /// The SQL to send, as UTF-8 offsets into the script: one unbroken piece, with the comments
    /// between its statements, without a semicolon at its end.
    public let range: Range<Int>
}
