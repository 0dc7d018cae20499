import PostgresLink

/// Verifies, checks and watches what was just deployed, and settles the verdict.
struct VerdictStage {
    private let smoke: SmokeStage
    private let release: Release
    private let checks: [SmokeCheck]
    private let runner: SmokeRunner
    private let samples: [SmokeCheck: MetricsSample]
    private let start: Double

    /// Reads the checks and the numbers of before, while nothing has changed:
    /// a mistake in a file of checks is found in time.
    ///
    /// - Throws: ``ConfigurationError``, `GitError`.
    init(_ smoke: SmokeStage, _ release: Release, _ plan: Plan, _ link: EnvironmentLink) throws {
        self.smoke = smoke
        self.release = release
        checks = try smoke.workspace.smokeChecks(
            release,
            applied: Set(link.state.history.appliedNames).union(plan.migrations.map(\.name)))
        runner = SmokeRunner(smoke.setting(release, link.target))
        samples = runner.samples(checks)
        start = WallClock.seconds
    }

    /// - Parameters:
    ///   - result: of the deployment; gets the verdict.
    ///   - run: the deployment.
    ///   - troubles: what else stands in the way.
    /// - Throws: `PostgresError` when it cannot be recorded.
    func settle(
        _ result: inout DeploymentReport, _ run: DeploymentRun, troubles: [SmokeRun.Result]
    ) throws {
        let window = DeploymentWindow(start: start, end: WallClock.seconds)
        var found = try run.verify() + troubles
        var checked =
            checks.isEmpty ? nil : runner.run(checks, deployment: window, samples: samples)
        let isGood = checked?.outcome ?? .passed == .passed && !found.contains(where: \.isObstacle)
        var unfinished: String?
        if isGood, let bake = release.environment.after.bake, !smoke.interrupt.isRaised {
            unfinished = watch(bake, window, &checked, run)
        }
        found += checked?.results ?? []
        guard !found.isEmpty else { return }
        let total = SmokeRun(results: found, duration: checked?.duration ?? .zero)
        result.smoke = total
        if smoke.interrupt.isRaised, total.outcome != .failed {
            result.verdict = .interrupted
            result.obstacle = stopped(total, unfinished)
        } else if total.outcome != .passed {
            result.verdict = .degraded
        }
        try run.record(total)
        guard result.verdict == .degraded else { return }
        try run.hold(reason: Self.reason(total))
        result.isHeld = run.writesLedger
        if total.blamesMigrations { openHotfix(&result) }
    }

    /// Repeats the checks until time is up or one does not pass any more.
    ///
    /// - Returns: how far it came when somebody stopped it.
    private func watch(
        _ bake: AfterDeployment.Bake, _ window: DeploymentWindow, _ checked: inout SmokeRun?,
        _ run: DeploymentRun
    ) -> String? {
        let watched = checks.filter {
            bake.tags.isEmpty || !Set($0.tags).isDisjoint(with: bake.tags)
        }
        guard !watched.isEmpty, let first = checked else { return nil }
        let clock = ContinuousClock()
        let begin = clock.now
        let end = begin + bake.duration
        smoke.report(.baking(bake.duration))
        while clock.now < end {
            guard smoke.interrupt.pause(min(bake.every, end - clock.now)) else {
                return
                    "\(DurationText.describe(clock.now - begin)) of \(DurationText.describe(bake.duration))"
            }
            let round = runner.run(watched, deployment: window, samples: samples)
            run.keepAlive()
            if smoke.interrupt.isRaised { continue }
            checked = first.updated(with: round)
            if round.outcome != .passed { return nil }
        }
        return nil
    }

    private func stopped(_ total: SmokeRun, _ unfinished: String?) -> ReleaseError {
        let name = release.environment.name
        return ReleaseError(
            .interrupted,
            unfinished.map { "stopped after watching \(name) for \($0)." }
                ?? "stopped while the smoke checks of \(name) ran.",
            state: unfinished == nil
                ? "the migrations are applied, and nobody knows yet whether all is well."
                : "the migrations are applied, and every required check has passed so far.",
            next: ["sluice smoke \(name)"])
    }

    private static func reason(_ run: SmokeRun) -> String {
        let names = run.obstacles.map(\.name).joined(separator: ", ")
        return run.outcome == .failed
            ? "smoke check failed after deployment: \(names)"
            : "smoke check could not tell after deployment: \(names)"
    }

    private func openHotfix(_ result: inout DeploymentReport) {
        guard release.environment.after.onFailure == .hotfix, !result.applied.isEmpty else {
            return
        }
        let names = result.smoke?.obstacles.map(\.name).joined(separator: ", ") ?? ""
        do {
            result.hotfix = try HotfixWriter(smoke.workspace).open(
                HotfixRequest(
                    migrations: result.applied, environment: release.environment.name,
                    reason: "Smoke checks failed after the deployment: \(names)."))
        } catch {
            result.notes.append("the hotfix could not be opened: \(error)")
        }
    }
}

extension SmokeRun.Result {
    var isObstacle: Bool { required && outcome != .passed }
}

extension SmokeRun {
    /// The same run with newer results of some of its checks.
    fileprivate func updated(with newer: SmokeRun) -> SmokeRun {
        var copy = self
        let latest = Dictionary(newer.results.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        copy.results = results.map { latest[$0.name] ?? $0 }
        return copy
    }
}
