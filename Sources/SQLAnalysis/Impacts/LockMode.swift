/// PostgreSQL's table lock modes, weakest first (manual, 13.3.1).
public enum LockMode: Int, Sendable, Hashable, Codable, Comparable, CaseIterable {
    case accessShare = 1
    case rowShare, rowExclusive, shareUpdateExclusive, share, shareRowExclusive, exclusive
    case accessExclusive

    /// The mode as `LOCK TABLE` writes it, such as `ACCESS EXCLUSIVE`.
    public var name: String {
        switch self {
        case .accessShare: "ACCESS SHARE"
        case .rowShare: "ROW SHARE"
        case .rowExclusive: "ROW EXCLUSIVE"
        case .shareUpdateExclusive: "SHARE UPDATE EXCLUSIVE"
        case .share: "SHARE"
        case .shareRowExclusive: "SHARE ROW EXCLUSIVE"
        case .exclusive: "EXCLUSIVE"
        case .accessExclusive: "ACCESS EXCLUSIVE"
        }
    }

    /// The mode as `pg_locks` writes it, such as `AccessExclusiveLock`.
    public init?(catalogName: String) {
        let words = catalogName.dropLast("Lock".count)
        let found = Self.allCases.first { mode in
            mode.name.split(separator: " ").map { $0.prefix(1) + $0.dropFirst().lowercased() }
                .joined() == words
        }
        guard let found, catalogName.hasSuffix("Lock") else { return nil }
        self = found
    }

    /// Whether INSERT, UPDATE and DELETE of others wait for it.
    public var blocksWrites: Bool { self >= .share }

    /// Whether SELECT of others waits for it, too.
    public var blocksReads: Bool { self == .accessExclusive }

    /// Weaker and stronger, in the order of the manual.
    public static func < (left: LockMode, right: LockMode) -> Bool {
        left.rawValue < right.rawValue
    }
}
