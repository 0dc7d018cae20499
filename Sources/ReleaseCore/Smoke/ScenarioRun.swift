import PostgresLink
import SQLAnalysis

/// Goes through a scenario once.
struct ScenarioRun {
    let scenario: Scenario
    let database: CheckDatabase
    let client: HTTPClient
    let variables: [String: String]
    let interrupt: Interrupt
    private var captured: [String: String] = [:]

    init(
        _ scenario: Scenario, _ database: CheckDatabase, _ client: HTTPClient,
        variables: [String: String], interrupt: Interrupt
    ) {
        self.scenario = scenario
        self.database = database
        self.client = client
        self.variables = variables
        self.interrupt = interrupt
    }

    /// Captured values that must not be shown, by what they are called.
    var secrets: [String] { captured.filter { SecretMask.isTelling($0.key) }.map(\.value) }

    /// - Throws: `ConnectionFailure`, `PostgresError` when the connection is lost.
    mutating func run(_ timeout: Duration) throws -> CheckResult {
        guard !scenario.isRolledBack else {
            return try database.inTransaction("READ WRITE", timeout, commits: false) { session in
                for (index, step) in scenario.steps.enumerated() {
                    guard case .sql(let sql) = step.action else { continue }
                    if let no = try perform(sql, step, Self.label(step, index), session) {
                        return no
                    }
                }
                return CheckResult(.passed, "\(Self.count(scenario.steps)), rolled back")
            }
        }
        let deadline = ContinuousClock.now + timeout
        let result = attempt(deadline, timeout)
        // Behind the deadline too: what was made must not stay.
        let mistakes = cleanUp(timeout)
        guard !mistakes.isEmpty else { return result }
        let left = "clean-up failed, so test data stays: \(mistakes.joined(separator: "; "))"
        return CheckResult(
            .failed, result.outcome == .passed ? left : "\(result.detail) Also, \(left)",
            output: result.output)
    }

    private mutating func attempt(_ deadline: ContinuousClock.Instant, _ timeout: Duration)
        -> CheckResult
    {
        for (index, step) in scenario.steps.enumerated() {
            let label = Self.label(step, index)
            let left = deadline - ContinuousClock.now
            guard left > .zero else {
                return CheckResult(
                    .failed,
                    "\(label): the \(DurationText.describe(timeout)) for the scenario were over.")
            }
            if interrupt.isRaised { return CheckResult(.error, "\(label): stopped.") }
            if let no = perform(step, label, left) { return no }
        }
        let cleanup = scenario.cleanup.isEmpty ? "" : ", cleaned up"
        return CheckResult(.passed, Self.count(scenario.steps) + cleanup)
    }

    /// - Returns: `nil` when the step went well.
    private mutating func perform(
        _ step: ScenarioStep, _ label: String, _ timeout: Duration
    ) -> CheckResult? {
        switch step.action {
        case .sql(let sql):
            do {
                return try database.inTransaction("READ WRITE", timeout, commits: true) {
                    try perform(sql, step, label, $0)
                }
            } catch let error as PostgresError where !error.connectionLost {
                return Self.failed(label, CheckDatabase.refusal(error))
            } catch {
                return CheckResult(.error, "\(label): \(error)")
            }
        case .http(let request, let expectation):
            let check = HTTPCheck(
                request: request, expectation: expectation, client: client, variables: variables,
                captured: captured)
            let (result, answer) = check.run(timeout)
            guard result.outcome == .passed, let answer else { return Self.failed(label, result) }
            return keep(step, answer).map { Self.failed(label, $0) }
        }
    }

    private mutating func perform(
        _ sql: String, _ step: ScenarioStep, _ label: String, _ session: PostgresSession
    ) throws -> CheckResult? {
        do {
            let sql = try database.filled(sql, captured)
            guard !Self.controlsTransaction(sql) else {
                let why =
                    scenario.isRolledBack
                    ? "a scenario is rolled back" : "a step is one transaction"
                return CheckResult(
                    .failed, "\(label): \(why) and cannot end its transaction itself.")
            }
            let result = try session.query(sql)
            if result.scalar == "f" { return CheckResult(.failed, "\(label): returned false.") }
            return keep(step, result).map { Self.failed(label, $0) }
        } catch let error as PostgresError where !error.connectionLost {
            return Self.failed(label, CheckDatabase.refusal(error))
        } catch let error as MissingVariable {
            return CheckResult(.error, "\(label): \(error)")
        }
    }

    private mutating func keep(_ step: ScenarioStep, _ result: ResultSet) -> CheckResult? {
        let record = result.records.first ?? [:]
        for capture in step.captures {
            let value =
                if case .column(let column) = capture.source { record[column] } else {
                    result.scalar
                }
            guard let value else {
                return CheckResult(.failed, "returned nothing to keep as “\(capture.name)”.")
            }
            captured[capture.name] = value
        }
        return nil
    }

    private mutating func keep(_ step: ScenarioStep, _ answer: HTTPAnswer) -> CheckResult? {
        let root = step.captures.isEmpty ? nil : answer.json
        for capture in step.captures {
            let value: String? =
                switch capture.source {
                case .header(let name): answer.header(name)
                case .pointer(let pointer): root.flatMap { pointer.value(in: $0)?.text }
                case .firstValue, .column: nil
                }
            guard let value else {
                return CheckResult(
                    .failed,
                    "answered \(answer.status) with nothing to keep as “\(capture.name)”.")
            }
            captured[capture.name] = value
        }
        return nil
    }

    /// Every step is tried, whatever became of the others; one that needs a
    /// value which was never captured has nothing to clean up.
    private mutating func cleanUp(_ timeout: Duration) -> [String] {
        var mistakes: [String] = []
        let deadline = ContinuousClock.now + timeout
        // Also when somebody asked to stop: this is the way of stopping.
        var undisturbed = self
        undisturbed = ScenarioRun(
            scenario, CheckDatabase(database.target, variables: variables, interrupt: Interrupt()),
            HTTPClient(variables: client.environment, interrupt: Interrupt()),
            variables: variables, interrupt: Interrupt())
        undisturbed.captured = captured
        for (index, step) in scenario.cleanup.enumerated()
        where step.uses.allSatisfy({ captured[$0] != nil }) {
            let label = step.name.isEmpty ? "clean-up \(index + 1)" : step.name
            let left = max(.seconds(1), deadline - ContinuousClock.now)
            if let no = undisturbed.perform(step, label, left) { mistakes.append(no.detail) }
        }
        return mistakes
    }

    private static func label(_ step: ScenarioStep, _ index: Int) -> String {
        step.name.isEmpty ? "step \(index + 1)" : step.name
    }

    private static func failed(_ label: String, _ result: CheckResult) -> CheckResult {
        CheckResult(result.outcome, "\(label): \(result.detail)", output: result.output)
    }

    private static func count(_ steps: [ScenarioStep]) -> String {
        "\(steps.count) step\(steps.count == 1 ? "" : "s")"
    }

    private static func controlsTransaction(_ sql: String) -> Bool {
        let statements = (try? Script(sql))?.statements ?? []
        return statements.contains { $0.control != nil && $0.control != .savepoint }
    }
}
