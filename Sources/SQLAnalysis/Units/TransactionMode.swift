/// Whether a script runs as one transaction.
public enum TransactionMode: Sendable, Hashable {
    /// Every statement may run in one transaction block together.
    case transactional
    /// The script runs as several units, for these reasons, in the order of the statements.
    case stepwise(reasons: [StepwiseReason])

    /// Whether the script runs as one transaction.
    public var isTransactional: Bool { self == .transactional }
}

/// Why a script cannot run as one transaction.
public struct StepwiseReason: Sendable, Hashable {
    /// The ordinal of the statement that is the reason; nil where a directive asks for it.
    public let statement: Int?
    /// What is the matter, as a sentence.
    public let sentence: String
}

/// Something about a script that its author should know and that stops nothing.
public struct ScriptNote: Sendable, Hashable {
    /// The ordinal of the statement concerned; nil where it is about the script.
    public let statement: Int?
    /// 1-based.
    public let line: Int
    /// A sentence.
    public let sentence: String
}
