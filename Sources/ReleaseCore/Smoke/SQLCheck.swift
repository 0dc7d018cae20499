import PostgresLink
import SQLAnalysis

/// Runs checks that ask the database. Nothing they do stays.
struct SQLCheck {
    let session: PostgresSession
    let timeout: Duration

    /// - Throws: `PostgresError` when the connection is lost.
    func run(_ action: SmokeCheck.Action) throws -> (SmokeRun.Outcome, String) {
        do {
            switch action {
            case .sql(let sql, let expectation):
                let result = try inTransaction("READ ONLY") { try session.query(sql) }
                return judge(result, expectation)
            case .scenario(let steps):
                return try inTransaction("READ WRITE") { try run(steps) }
            case .http:
                return (.error, "not a database check.")
            }
        } catch let error as PostgresError where !error.connectionLost {
            return (.failed, "\(error.state?.rawValue ?? "error"): \(error.message)")
        }
    }

    private func inTransaction<T>(_ mode: String, _ body: () throws -> T) throws -> T {
        let schema =
            session.target.schema.map { "SET LOCAL search_path = \(Quoting.identifier($0));" } ?? ""
        try session.execute(
            "BEGIN TRANSACTION \(mode); \(schema) SET LOCAL statement_timeout = \(timeout.milliseconds)"
        )
        defer { if session.isUsable { _ = try? session.execute("ROLLBACK") } }
        return try body()
    }

    private func judge(_ result: ResultSet, _ expectation: SQLExpectation) -> (
        SmokeRun.Outcome, String
    ) {
        switch expectation {
        case .isTrue:
            if result.scalar == "t" { return (.passed, "true") }
            return (.failed, "returned \(described(result)) instead of true.")
        case .value(let wanted):
            if result.scalar == wanted { return (.passed, wanted) }
            return (.failed, "returned \(described(result)) instead of \(wanted).")
        case .rows(let range):
            let count = result.rows.count
            if range.contains(count) { return (.passed, "\(count) rows") }
            return (
                .failed,
                "returned \(count) rows instead of \(range.lowerBound) to \(range.upperBound)."
            )
        }
    }

    private func described(_ result: ResultSet) -> String {
        guard let row = result.rows.first else { return "no row" }
        return row.first.flatMap { $0 }.map { String($0.prefix(80)) } ?? "NULL"
    }

    private func run(_ steps: [ScenarioStep]) throws -> (SmokeRun.Outcome, String) {
        var captured: [String: String] = [:]
        for (index, step) in steps.enumerated() {
            let label = step.name.isEmpty ? "step \(index + 1)" : step.name
            do {
                let sql = Self.filled(step.sql, captured)
                guard !Self.controlsTransaction(sql) else {
                    return (
                        .failed,
                        "\(label): a scenario is rolled back and cannot end its transaction itself."
                    )
                }
                let result = try session.query(sql)
                if result.scalar == "f" { return (.failed, "\(label): returned false.") }
                if let name = step.capture {
                    guard let value = result.scalar else {
                        return (.failed, "\(label): returned nothing to keep as “\(name)”.")
                    }
                    captured[name] = value
                }
            } catch let error as PostgresError where !error.connectionLost {
                return (.failed, "\(label): \(error.state?.rawValue ?? "error"): \(error.message)")
            }
        }
        return (.passed, "\(steps.count) steps, rolled back")
    }

    private static func controlsTransaction(_ sql: String) -> Bool {
        let statements = (try? Script(sql))?.statements ?? []
        return statements.contains { $0.control != nil && $0.control != .savepoint }
    }

    /// Replaces `{{name}}` by the captured value as a literal.
    static func filled(_ sql: String, _ captured: [String: String]) -> String {
        var sql = sql
        for (name, value) in captured {
            sql.replace("{{\(name)}}", with: Quoting.literal(value))
        }
        return sql
    }
}
