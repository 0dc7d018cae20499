import PostgresLink

/// Runs the plan of an environment: the only writer.
public struct Deployer {
    let workspace: Workspace
    let interrupt: Interrupt
    let report: @Sendable (DeploymentEvent) -> Void
    /// Names this run in the ledger and in `pg_stat_activity`.
    let deployment = UUID4.make()

    public init(
        _ workspace: Workspace, interrupt: Interrupt = Interrupt(),
        report: @escaping @Sendable (DeploymentEvent) -> Void = { _ in }
    ) {
        self.workspace = workspace
        self.interrupt = interrupt
        self.report = report
    }

    /// The whole story: plan, gates, lock, apply, smoke, verdict, ledger.
    ///
    /// What stands in the way is a result; only what cannot be decided throws.
    ///
    /// - Throws: ``ReleaseError``, ``ConfigurationError``, `GitError`,
    ///   `ConnectionFailure`, `PostgresError`.
    public func run(_ request: DeploymentRequest) throws -> DeploymentReport {
        var told: (release: Release, link: EnvironmentLink)?
        var result = try deploy(request) { told = ($0, $1) }
        if let (release, link) = told { notify(&result, release, link) }
        return result
    }

    private func deploy(
        _ request: DeploymentRequest, opened: (Release, EnvironmentLink) -> Void
    ) throws -> DeploymentReport {
        // Only who is asked at the terminal reads them here.
        let builder = PlanBuilder(workspace, showsFindings: request.confirm != nil)
        let prepared = try builder.prepare(
            request.environment, upTo: request.upTo, accepted: request.accepted,
            inspectedDigest: request.inspectedDigest, answers: request.answers,
            applicationName: "sluice/\(deployment)"
        ) { try Self.checkCommand(request, $0.environment) }
        opened(prepared.release, prepared.link)
        let leftover = try MaintenanceMode.liftLeftover(
            workspace, prepared.release, prepared.link, report: report)
        var result = try deploy(prepared, request, builder)
        if request.runsSmoke { try catchUp(&result, prepared) }
        result.notes += leftover.map { [$0] } ?? []
        if leftover == nil, result.verdict == .nothingToDo {
            // What had left it on may only just have ended, while this run waited.
            result.notes +=
                try MaintenanceMode.liftLeftover(
                    workspace, prepared.release, prepared.link, report: report
                ).map { [$0] } ?? []
        }
        return result
    }

    private func deploy(
        _ prepared: PlanBuilder.Prepared, _ request: DeploymentRequest, _ builder: PlanBuilder
    ) throws -> DeploymentReport {
        let gates = confirmed(prepared, request)
        try remember(prepared)
        if let stop = obstacle(prepared.plan, gates, prepared.link),
            try !mayBeAtWork(prepared.plan, prepared.link)
        {
            return stop
        }
        return try runLocked(prepared, gates, request, builder)
    }

    /// Whether an unfinished migration is one that somebody is running just now,
    /// so that there is something to wait for.
    private func mayBeAtWork(_ plan: Plan, _ link: EnvironmentLink) throws -> Bool {
        guard plan.problems.contains(where: { $0.kind == .failed }) else { return false }
        return try [DeploymentLock.own, DeploymentLock.prisma].contains {
            try $0.holder(link.session) != nil
        }
    }

    /// Where nothing runs, what was answered for is written down all the same.
    private func remember(_ prepared: PlanBuilder.Prepared) throws {
        guard prepared.plan.isEmpty, prepared.plan.problems.isEmpty,
            !prepared.plan.accepted.isEmpty, prepared.link.state.ledger != nil
        else { return }
        let answers = LedgerWriter.answers(
            prepared.plan, prepared.gates, prepared.answers, deployment: nil,
            actor: workspace.signatory)
        try prepared.link.session.record(
            "BEGIN;\n\(try prepared.link.ledgerPreparation())\(answers)COMMIT")
    }

    /// As the branch has it, not the file at hand: that is what “plan” advises too.
    private static func checkCommand(
        _ request: DeploymentRequest, _ environment: EnvironmentConfiguration
    ) throws {
        switch (request.promotes, environment.promotesFrom) {
        case (true, nil):
            throw ReleaseError(
                .usage, "\(environment.name) has no upstream, so nothing can be promoted to it.",
                next: ["sluice deploy \(environment.name)"])
        case (false, let upstream?):
            throw ReleaseError(
                .usage,
                "\(environment.name) promotes from \(upstream); it is not deployed to directly.",
                next: ["sluice promote \(environment.name)"])
        default: return
        }
    }

    /// Asks for the digest on the terminal when that is all that is missing.
    private func confirmed(
        _ prepared: PlanBuilder.Prepared, _ request: DeploymentRequest
    ) -> [GateResult] {
        let blocking = prepared.gates.filter { $0.outcome == .block }
        guard blocking.map(\.gate) == [.dryRun], prepared.plan.problems.isEmpty,
            request.inspectedDigest == nil, !prepared.hasFailedRehearsal,
            let confirm = request.confirm,
            confirm(prepared.plan, prepared.gates)
        else { return prepared.gates }
        return prepared.gates.map { gate in
            gate.gate == .dryRun
                ? GateResult(
                    .dryRun, .pass,
                    "the plan \(prepared.plan.digest.prefix(PlanDigest.shortLength)) was confirmed on the terminal.",
                    details: gate.details)
                : gate
        }
    }

    /// The report of a deployment that must not or need not start.
    private func obstacle(
        _ plan: Plan, _ gates: [GateResult], _ link: EnvironmentLink
    ) -> DeploymentReport? {
        if !plan.problems.isEmpty {
            return DeploymentReport(plan: plan, verdict: .blocked, gates: gates)
        }
        if plan.isEmpty, gates.contains(where: { $0.gate == .hold && $0.outcome == .block }) {
            return DeploymentReport(plan: plan, verdict: .blocked, gates: gates)
        }
        if plan.isEmpty { return DeploymentReport(plan: plan, verdict: .nothingToDo) }
        if gates.contains(where: { $0.outcome == .block }) {
            return DeploymentReport(plan: plan, verdict: .blocked, gates: gates)
        }
        return WriteObstacle.error(plan.environment, link).map {
            DeploymentReport(plan: plan, verdict: .blocked, gates: gates, obstacle: $0)
        }
    }

    private func runLocked(
        _ prepared: PlanBuilder.Prepared, _ gates: [GateResult], _ request: DeploymentRequest,
        _ builder: PlanBuilder
    ) throws -> DeploymentReport {
        let link = prepared.link
        if let stop = try takeLock(prepared.plan, link, gates, request) { return stop }
        // What was planned without the lock may be old news by now. Where it is
        // not, nothing is read and parsed a second time.
        let before = link.state.withoutAges
        try link.refresh()
        let plan =
            link.state.withoutAges == before
            ? prepared.plan
            : try builder.plan(
                prepared.release, link, upTo: stillPending(request.upTo, link),
                accepted: request.accepted)
        let gates = try judgedAgain(plan, prepared, gates, builder)
        if let stop = obstacle(plan, gates, link) { return stop }
        var run = DeploymentRun(
            plan: plan, release: prepared.release, link: link, deployment: deployment,
            actor: workspace.options.actor, signatory: workspace.signatory,
            answers: prepared.answers,
            configuration: workspace.options.configurationFile, interrupt: interrupt,
            report: report)
        let smoke = SmokeStage(workspace: workspace, interrupt: interrupt, report: report)
        let stage =
            request.runsSmoke ? try VerdictStage(smoke, prepared.release, plan, link) : nil
        let (applied, troubles) = try underMaintenance(request, prepared) {
            try run.apply(gates: gates)
        }
        var result = applied
        do {
            if result.verdict == .succeeded { try stage?.settle(&result, run, troubles: troubles) }
            try remind(&result, run)
            try run.close(result)
        } catch let error as PostgresError {
            // What was applied is applied; only its record suffers.
            result.notes.append("the ledger could not be written to the end: \(error.message)")
        }
        if result.verdict != .degraded { result.notes += troubles.map(\.detail) }
        return result
    }

    /// The cheap gates once more, under the lock: somebody may have put the
    /// environment on hold or written rows that would be lost.
    private func judgedAgain(
        _ plan: Plan, _ prepared: PlanBuilder.Prepared, _ before: [GateResult],
        _ builder: PlanBuilder
    ) throws -> [GateResult] {
        let collector = EvidenceCollector(workspace, prepared.release, prepared.link)
        var evidence = prepared.evidence
        if plan.digest == prepared.plan.digest {
            try collector.refresh(plan, &evidence)
        } else {
            evidence = try collector.collect(plan)
        }
        let now = builder.gates(plan, prepared.release, prepared.link, prepared.answers, evidence)
        guard plan.digest == prepared.plan.digest else { return now }
        // What was confirmed on the terminal stays confirmed for the same plan.
        let confirmed = before.first { $0.gate == .dryRun && $0.outcome == .pass }
        return now.map { $0.gate == .dryRun ? confirmed ?? $0 : $0 }
    }

    /// Another deployment may have applied the last wanted migration meanwhile.
    private func stillPending(_ upTo: String?, _ link: EnvironmentLink) -> String? {
        upTo.flatMap { link.state.history.applied[$0] == nil ? $0 : nil }
    }

    private func takeLock(
        _ plan: Plan, _ link: EnvironmentLink, _ gates: [GateResult], _ request: DeploymentRequest
    ) throws -> DeploymentReport? {
        let result = try DeploymentLock.acquire(
            link.session, budget: request.lockBudget, interrupt: interrupt
        ) { report(.waitingForLock($0)) }
        switch result {
        case .held: return nil
        case .interrupted:
            return DeploymentReport(
                plan: plan, verdict: .interrupted, gates: gates,
                obstacle: ReleaseError(
                    .interrupted, "stopped while waiting for the deployment lock.",
                    state: "nothing was changed."))
        case .busy(let holder):
            let who =
                holder.map {
                    "process \($0.process) (\($0.application.isEmpty ? "unnamed" : $0.application), \($0.host), connected since \($0.since))"
                } ?? "somebody"
            return DeploymentReport(
                plan: plan, verdict: .blocked, gates: gates,
                obstacle: ReleaseError(
                    .tryAgain, "another deployment holds the lock: \(who).",
                    state: "nothing was changed.",
                    next: ["run it again when that one is done."]))
        }
    }
}
