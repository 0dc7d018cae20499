import SQLAnalysis

extension Script {
    /// The statement of a unit that runs by itself; `nil` for other units, and where the unit
    /// has none.
    func statementAlone(inUnit unit: Int) -> Statement? {
        guard units.indices.contains(unit), units[unit].kind == .alone else { return nil }
        let index = units[unit].statements.lowerBound
        return statements.indices.contains(index) ? statements[index] : nil
    }

    /// Whether a statement names a setting; what comments say does not count.
    func mentions(_ setting: StaticString) -> Bool {
        text.mentions(setting) && statements.contains { $0.mentions("\(setting)") }
    }
}

extension Statement {
    /// Whether it works beside others instead of keeping them out: CREATE INDEX, DROP INDEX,
    /// REINDEX and DETACH PARTITION with CONCURRENTLY.
    var isConcurrent: Bool {
        tag.hasSuffix("CONCURRENTLY")
            || refusesTransaction?.contains("DETACH PARTITION CONCURRENTLY") ?? false
    }

    /// Whether it can be sent once more when it got no lock: what it has not done by then it
    /// does the second time, and what it has done does no harm twice.
    var mayRunAgain: Bool { !isConcurrent && ["VACUUM", "CLUSTER", "REINDEX"].contains(tag) }
}
