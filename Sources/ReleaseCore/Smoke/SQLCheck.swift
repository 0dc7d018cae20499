import PostgresLink

/// Asks the database in a read-only transaction.
struct SQLCheck {
    let database: CheckDatabase

    /// - Throws: `PostgresError` when the connection is lost, `ConnectionFailure`.
    func run(_ sql: String, _ expectation: SQLExpectation, _ timeout: Duration) throws
        -> CheckResult
    {
        do {
            let sql = try database.filled(sql, [:])
            return try database.inTransaction("READ ONLY", timeout, commits: true) { session in
                judge(try session.query(sql), expectation)
            }
        } catch let error as PostgresError where !error.connectionLost {
            return CheckDatabase.refusal(error)
        }
    }

    private func judge(_ result: ResultSet, _ expectation: SQLExpectation) -> CheckResult {
        switch expectation {
        case .isTrue:
            if result.scalar == "t" { return CheckResult(.passed, "true") }
            return CheckResult(.failed, "returned \(described(result)) instead of true.")
        case .value(let wanted):
            if result.scalar == wanted { return CheckResult(.passed, wanted) }
            return CheckResult(.failed, "returned \(described(result)) instead of \(wanted).")
        case .rows(let range):
            let count = result.rows.count
            if range.contains(count) { return CheckResult(.passed, "\(count) rows") }
            return CheckResult(
                .failed,
                "returned \(count) rows instead of \(range.lowerBound) to \(range.upperBound)."
            )
        }
    }

    private func described(_ result: ResultSet) -> String {
        guard let row = result.rows.first else { return "no row" }
        return row.first.flatMap { $0 } ?? "NULL"
    }
}
