/// How grave a finding is.
public enum Severity: String, Sendable, Codable, CaseIterable, Comparable {
    /// Good to know; nothing is lost.
    case note
    /// Data may be lost, or the migration may fail.
    case warning
    /// Data is lost for certain, unless there is none.
    case error

    /// From note to error.
    public static func < (left: Severity, right: Severity) -> Bool {
        left.rank < right.rank
    }

    private var rank: Int {
        switch self {
        case .note: 0
        case .warning: 1
        case .error: 2
        }
    }
}
