import PostgresLink

/// Runs smoke checks: SQL ones one after the other on a session of their own,
/// HTTP ones side by side with them.
struct SmokeRunner {
    let target: ConnectionTarget
    let variables: [String: String]

    func run(_ checks: [SmokeCheck]) -> SmokeRun {
        let clock = ContinuousClock()
        let start = clock.now
        let isDatabase = checks.map { check in
            if case .http = check.action { false } else { true }
        }
        let groups = groups(isDatabase)
        let finished = groups.concurrentMap { group in
            run(group.map { ($0, checks[$0]) })
        }
        var results: [Int: SmokeRun.Result] = [:]
        for group in finished { results.merge(group) { $1 } }
        return SmokeRun(
            results: checks.indices.compactMap { results[$0] }, duration: clock.now - start)
    }

    /// All database checks in one group, every other check in one of its own.
    private func groups(_ isDatabase: [Bool]) -> [[Int]] {
        let database = isDatabase.indices.filter { isDatabase[$0] }
        let others = isDatabase.indices.filter { !isDatabase[$0] }.map { [$0] }
        return (database.isEmpty ? [] : [database]) + others
    }

    private func run(_ checks: [(Int, SmokeCheck)]) -> [Int: SmokeRun.Result] {
        var session: PostgresSession?
        var results: [Int: SmokeRun.Result] = [:]
        for (index, check) in checks {
            let clock = ContinuousClock()
            let start = clock.now
            let (outcome, detail) = perform(check, &session)
            results[index] = SmokeRun.Result(
                name: check.name, outcome: outcome,
                milliseconds: Int((clock.now - start).milliseconds), detail: detail,
                required: check.required)
        }
        return results
    }

    private func perform(
        _ check: SmokeCheck, _ session: inout PostgresSession?
    ) -> (SmokeRun.Outcome, String) {
        if case .http(let request, let expectation) = check.action {
            return HTTPCheck(request: request, expectation: expectation, timeout: check.timeout)
                .run(variables)
        }
        do {
            if session?.isUsable != true {
                session = try PostgresSession(connecting: target, applicationName: "sluice smoke")
            }
            guard let session else { return (.error, "no connection.") }
            return try SQLCheck(session: session, timeout: check.timeout).run(check.action)
        } catch {
            return (.error, "\(error)")
        }
    }
}
