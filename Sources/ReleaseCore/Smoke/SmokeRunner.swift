import PostgresLink

/// Runs smoke checks side by side.
struct SmokeRunner: Sendable {
    /// What the checks need to know.
    struct Setting: Sendable {
        var target: ConnectionTarget
        /// The process's environment.
        var variables: [String: String]
        var mask: SecretMask
        var interrupt: Interrupt
        /// Where commands start.
        var directory: String?
        /// How many run at a time.
        var concurrency: Int
        var environment: String
        var commit: String?
        var report: @Sendable (DeploymentEvent) -> Void = { _ in }
    }

    let setting: Setting
    private let databases: CheckDatabases

    init(_ setting: Setting) {
        self.setting = setting
        databases = CheckDatabases {
            CheckDatabase(
                setting.target, variables: setting.variables, interrupt: setting.interrupt)
        }
    }

    /// Runs every check once, with the retries it is configured for.
    ///
    /// - Parameters:
    ///   - checks: in the order in which results are wanted.
    ///   - deployment: when it was, for metrics.
    ///   - samples: numbers from before it.
    /// - Returns: a result for each check.
    func run(
        _ checks: [SmokeCheck], deployment: DeploymentWindow? = nil,
        samples: [SmokeCheck: MetricsSample] = [:]
    ) -> SmokeRun {
        let clock = ContinuousClock()
        let start = clock.now
        let progress = CheckProgress(checks.count, setting.report)
        let results = checks.concurrentMap(width: setting.concurrency) { check in
            let result = perform(check, deployment, samples[check])
            progress.finishOne()
            return result
        }
        return SmokeRun(results: results, duration: clock.now - start)
    }

    /// What the sources that keep no past say before a deployment.
    func samples(_ checks: [SmokeCheck]) -> [SmokeCheck: MetricsSample] {
        let metrics = checks.filter { $0.kind == "metrics" }
        let found = metrics.concurrentMap(width: setting.concurrency) { check in
            databases.lend { database in
                // One that cannot be asked now is told when it is judged.
                try? metricsRun(check, database)?.sample(check.timeout)
            }
        }
        return Dictionary(
            zip(metrics, found).compactMap { check, sample in sample.map { (check, $0) } },
            uniquingKeysWith: { $1 })
    }

    private func perform(
        _ check: SmokeCheck, _ deployment: DeploymentWindow?, _ earlier: MetricsSample?
    ) -> SmokeRun.Result {
        let clock = ContinuousClock()
        let start = clock.now
        let end = check.patience.within.map { start + $0 }
        var attempts = 0
        var result = CheckResult(.error, "stopped.")
        while !setting.interrupt.isRaised {
            attempts += 1
            let left = end.map { max(.seconds(1), $0 - clock.now) } ?? check.timeout
            result = attempt(check, min(check.timeout, left), deployment, earlier)
            if result.outcome == .passed { break }
            // What was cut short by a signal is no answer.
            if setting.interrupt.isRaised { result = CheckResult(.error, "stopped.") }
            let next = clock.now + check.patience.interval
            let mayRetry = end.map { next < $0 } ?? (attempts <= check.patience.retries)
            guard mayRetry, setting.interrupt.pause(check.patience.interval) else { break }
        }
        return SmokeRun.Result(
            check, result, milliseconds: (clock.now - start).milliseconds, attempts: attempts)
    }

    private func attempt(
        _ check: SmokeCheck, _ timeout: Duration, _ deployment: DeploymentWindow?,
        _ earlier: MetricsSample?
    ) -> CheckResult {
        databases.lend { database in
            var mask = setting.mask
            do {
                switch check.action {
                case .sql(let sql, let expectation):
                    return try SQLCheck(database: database).run(sql, expectation, timeout)
                        .masked(mask)
                case .http(let request, let expectation):
                    return HTTPCheck(
                        request: request, expectation: expectation, client: client,
                        variables: setting.variables
                    ).run(timeout).result.masked(mask)
                case .scenario(let scenario):
                    var run = ScenarioRun(
                        scenario, database, client, variables: setting.variables,
                        interrupt: setting.interrupt)
                    let result = try run.run(timeout)
                    mask.add(run.secrets)
                    return result.masked(mask)
                case .command(let command):
                    return self.command(command).run(timeout).masked(mask)
                case .metrics:
                    let run = metricsRun(check, database)
                    return
                        (run?.run(deployment, earlier, timeout)
                        ?? CheckResult(.error, "no metrics.")).masked(mask)
                }
            } catch {
                return CheckResult(.error, "\(error)").masked(mask)
            }
        }
    }

    private var client: HTTPClient {
        HTTPClient(variables: setting.variables, interrupt: setting.interrupt)
    }

    private func metricsRun(_ check: SmokeCheck, _ database: CheckDatabase) -> MetricsRun? {
        guard case .metrics(let metrics) = check.action else { return nil }
        return MetricsRun(
            check: metrics, client: client, database: database, variables: setting.variables,
            interrupt: setting.interrupt)
    }

    private func command(_ command: CommandCheck) -> CommandRun {
        CommandRun(
            command: command, variables: setting.commandVariables, directory: setting.directory,
            interrupt: setting.interrupt)
    }
}

extension SmokeRunner.Setting {
    /// libpq's environment variables (manual, 34.15), so that psql and others
    /// find the database without an address in their arguments.
    private static let libpq = [
        "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
        "dbname": "PGDATABASE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT",
    ]

    /// What commands find in their environment.
    var commandVariables: [String: String] {
        var variables = variables
        for (keyword, name) in Self.libpq { variables[name] = target.value(of: keyword) }
        variables["SLUICE_ENVIRONMENT"] = environment
        variables["SLUICE_COMMIT"] = commit
        if variables["PATH"] == nil { variables["PATH"] = "/usr/local/bin:/usr/bin:/bin" }
        return variables
    }
}
