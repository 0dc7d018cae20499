public import SQLAnalysis

/// Where a half-finished stepwise migration is carried on.
public struct Continuation: Sendable {
    public var migration: String
    /// How many statements are in the database and recorded.
    public var finished: Int
    public var total: Int
    /// What comes first; `nil` where only the record is missing.
    public var next: Statement?
    /// Whether the next one was sent already, so that it is settled first what became of it.
    public var isSent: Bool

    init(_ planned: PlannedMigration, _ progress: StepwiseProgress) {
        let script = planned.script
        migration = planned.name
        finished = progress.finishedStatements
        total = script.statements.count
        let isLeft = progress.finishedUnits < script.units.count
        let index = isLeft ? script.units[progress.finishedUnits].statements.lowerBound : total
        next = script.statements.indices.contains(index) ? script.statements[index] : nil
        isSent = progress.fate != .waiting
    }
}
