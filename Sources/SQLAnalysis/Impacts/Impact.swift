/// What a statement does to one relation while it runs.
public struct Impact: Sendable, Hashable, Codable {
    /// The relation by its full name.
    public let relation: ObjectName
    /// What it is.
    public let kind: ObjectKind
    /// The strongest lock that is taken on it; it is held until the transaction ends.
    public let lock: LockMode
    /// What takes time meanwhile; empty where the lock is held for a moment only.
    public let work: Work

    /// Describes what happens to a relation.
    public init(_ kind: ObjectKind, _ relation: ObjectName, _ lock: LockMode, _ work: Work = []) {
        self.relation = relation
        self.kind = kind
        self.lock = lock
        self.work = work
    }

    /// The work of a statement that grows with a relation.
    public struct Work: OptionSet, Sendable, Hashable, Codable {
        /// A bit for each kind.
        public let rawValue: Int

        /// Every row is read.
        public static let scan = Work(rawValue: 1)
        /// The table is written anew, with its indexes.
        public static let rewrite = Work(rawValue: 2)
        /// An index is built over all rows.
        public static let indexBuild = Work(rawValue: 4)

        /// Takes the bits.
        public init(rawValue: Int) { self.rawValue = rawValue }
    }
}

extension [Impact] {
    /// One impact for each relation: the strongest lock and all work.
    func merged() -> [Impact] {
        var order: [ObjectName] = []
        var strongest: [ObjectName: Impact] = [:]
        for impact in self {
            guard let known = strongest[impact.relation] else {
                order.append(impact.relation)
                strongest[impact.relation] = impact
                continue
            }
            strongest[impact.relation] = Impact(
                known.kind, known.relation, Swift.max(known.lock, impact.lock),
                known.work.union(impact.work))
        }
        return order.compactMap { strongest[$0] }
    }
}
