import Crypto

/// What a revert would do to an environment, named by its digest.
public struct RevertPlan: Sendable {
    public var environment: String
    public var migration: String
    /// For a migration that stopped half-way, how many statements have run.
    public var finishedStatements: Int?
    /// The inverse statements, which run in one transaction.
    public var sql: String
    /// Statements that complete it where the rows allow it; tried one by one in the
    /// same transaction.
    public var followUps: [String]
    /// What is gone afterwards, or does not come back, with numbers of rows.
    public var losses: [String]
    /// A SHA-256 over environment, history and statements: 64 hexadecimal digits.
    public var digest: String
    /// What people should know.
    public var notes: [String]

    var inverse: Inverse
    /// The row of the history that is marked.
    var row: HistoryRow

    static func digest(
        environment: String, row: HistoryRow, history: History, sql: String
    ) -> String {
        var hash = SHA256()
        func add(_ field: String) {
            // The length in front keeps neighbouring fields apart.
            hash.update(data: Array("\(field.utf8.count):\(field)".utf8))
        }
        for field in ["sluice-revert-1", environment, row.id, row.name, row.checksum, sql] {
            add(field)
        }
        for row in history.rows {
            for field in [row.id, row.name, "\(row.state)"] { add(field) }
        }
        return Hexadecimal.encode(hash.finalize())
    }
}

/// What became of a revert.
public struct RevertReport: Sendable {
    public var plan: RevertPlan
    public var verdict: Verdict
    public var gates: [GateResult] = []
    /// Follow-ups that the rows did not allow, with the server's reason.
    public var openFollowUps: [String] = []
    public var smoke: SmokeRun?
    public var notes: [String] = []
    /// Why nothing was done.
    public var obstacle: ReleaseError?
}
