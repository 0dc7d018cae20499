import SQLAnalysis

/// What the ledger says that decides about a deployment.
public struct LedgerState: Sendable, Hashable {
    public var version: Int
    /// The name pinned in the database.
    public var environment: String
    public var hold: Hold?
    /// Unfinished stepwise migrations.
    public var progress: [StepwiseProgress]
    /// The newest smoke run.
    public var lastSmoke: SmokeRunSummary?
    /// What people have answered for, oldest first.
    public var acceptances: [Acceptance]

    public init(
        version: Int, environment: String, hold: Hold? = nil, progress: [StepwiseProgress] = [],
        lastSmoke: SmokeRunSummary? = nil, acceptances: [Acceptance] = []
    ) {
        self.version = version
        self.environment = environment
        self.hold = hold
        self.progress = progress
        self.lastSmoke = lastSmoke
        self.acceptances = acceptances
    }
}

/// A mark on an environment that stops further deployments until released.
public struct Hold: Sendable, Hashable, Codable {
    public var reason: String
    public var by: String
    /// As the server prints it.
    public var since: String
}

/// Something about a migration that somebody has answered for.
public struct Acceptance: Sendable, Hashable, Codable {
    /// The kind of problem, `data_loss` or `findings`.
    public var kind: String
    public var migration: String
    /// Names what was accepted, so that another change of the same migration is
    /// another question.
    public var checksum: String
    public var reason: String?
    public var by: String
    /// As the server prints it.
    public var at: String
}

/// How far a stepwise migration came.
public struct StepwiseProgress: Sendable, Hashable {
    public var migration: String
    /// The unfinished row of `_prisma_migrations`.
    public var historyID: String
    public var finishedUnits: Int
    public var finishedStatements: Int
    public var totalStatements: Int
    /// SHA-256 over the finished units' SQL.
    public var prefix: String
    /// What is known of the unit behind the finished ones.
    var fate = Settlement.Fate.running
    /// What was there before that unit was sent: see `Witness`.
    var witness: String?
    /// Statements that run by themselves because the server refused them in a transaction.
    var refused: Set<Int> = []
}

extension StepwiseProgress {
    /// What the runner itself knows, where no ledger was written.
    init(of planned: PlannedMigration, before unit: Int, historyID: String) {
        self.init(
            migration: planned.name, historyID: historyID, finishedUnits: unit,
            finishedStatements: planned.script.units[unit].statements.lowerBound,
            totalStatements: planned.script.statements.count, prefix: "", fate: .waiting)
    }
}

/// The outcome of the newest smoke run.
public struct SmokeRunSummary: Sendable, Hashable {
    /// `passed`, `failed` or `error`.
    public var outcome: String
    public var commit: String?
    /// As the server prints it.
    public var finishedAt: String
    /// Since it finished, by the server's clock.
    public var age: Duration
}
