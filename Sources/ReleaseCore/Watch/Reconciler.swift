import GitStore
import PostgresLink

/// Compares the tip of an environment's branch with its history and brings the
/// one to the other. Level-triggered: it needs no memory of its own, so that it
/// does not matter how often it runs, on how many machines, or what it missed.
public struct Reconciler: Sendable {
    let options: WorkspaceOptions
    let environment: String
    let interrupt: Interrupt
    let report: @Sendable (DeploymentEvent) -> Void

    public init(
        _ options: WorkspaceOptions, environment: String, interrupt: Interrupt = Interrupt(),
        report: @escaping @Sendable (DeploymentEvent) -> Void = { _ in }
    ) {
        self.options = options
        self.environment = environment
        self.interrupt = interrupt
        self.report = report
    }

    /// Looks once, and deploys what is pending. Never throws: whatever stands in
    /// the way is an outcome.
    public func reconcile() -> WatchOutcome {
        do {
            return try look()
        } catch {
            return interrupt.isRaised ? .interrupted : Self.outcome(of: error)
        }
    }

    private func look() throws -> WatchOutcome {
        let workspace = try Workspace(options)
        let release: Release
        do {
            release = try workspace.release(to: environment)
        } catch let error as ReleaseError where error.missesBranch {
            return try withoutBranch(workspace, error)
        }
        let link = try workspace.link(to: release, applicationName: "sluice watch")
        // Held until the session ends, also when this process is killed.
        guard try WatchLedger.lock.tryAcquire(link.session) else { return .elsewhere }
        try link.refresh()
        if let hold = link.state.ledger?.hold { return .held(hold) }
        let keeper = LedgerKeeper(link: link, actor: options.actor)
        if let reason = try rewritten(release, keeper, workspace) {
            try keeper.hold(reason, branch: release.offered.branch, seen: release.commit)
            return .putOnHold(reason: reason)
        }
        let outcome = try deploy(release, link, workspace)
        try? keeper.remember(release.offered.branch, release.commit)
        return outcome
    }

    private func deploy(
        _ release: Release, _ link: EnvironmentLink, _ workspace: Workspace
    ) throws -> WatchOutcome {
        let plan = try PlanBuilder(workspace).plan(release, link, upTo: nil, accepted: [])
        if plan.isEmpty, plan.problems.isEmpty { return .upToDate(release.commit) }
        if let failure = try failedBefore(plan, link) { return failure }
        let deployer = Deployer(workspace, interrupt: interrupt, report: report)
        var request = DeploymentRequest(
            environment: environment, promotes: release.environment.promotesFrom != nil)
        request.answers.isUnattended = true
        let result = try deployer.run(request)
        switch result.verdict {
        case .nothingToDo: return .upToDate(result.plan.commit)
        case .blocked:
            if let obstacle = result.obstacle, obstacle.kind == .tryAgain {
                return .tryAgain(obstacle.what)
            }
            return .blocked(result)
        case .interrupted: return .interrupted
        case .succeeded, .failed, .degraded: return .ran(result)
        }
    }

    /// A definite failure is tried again when the plan is another one: a new
    /// commit, or a history that somebody put in order.
    private func failedBefore(_ plan: Plan, _ link: EnvironmentLink) throws -> WatchOutcome? {
        guard link.state.ledger != nil,
            let attempt = try WatchLedger(session: link.session).lastAttempt(),
            attempt.digest == plan.digest, attempt.verdict == .failed, !attempt.isTransient
        else { return nil }
        return .failedBefore(
            migration: attempt.failedMigration, message: attempt.message, digest: plan.digest)
    }

    /// Why the branch cannot be followed any further without a person, or `nil`.
    private func rewritten(
        _ release: Release, _ keeper: LedgerKeeper, _ workspace: Workspace
    ) throws -> String? {
        guard let repository = workspace.repository, let tip = release.commit,
            let branch = release.offered.branch,
            case .commit(let seen) = try keeper.lastSeen(branch), seen != tip
        else { return nil }
        do {
            if try repository.isAncestor(seen, of: tip) { return nil }
        } catch let error as GitError {
            // A shallow clone knows too little to accuse anybody.
            if repository.isShallow { return nil }
            guard error.code == .notFound else { throw error }
        }
        return
            "the branch \(branch) was rewritten: \(seen.short), which was seen last, is not part of \(tip.short) any more."
    }

    /// A branch that was followed once and is gone now needs a person.
    private func withoutBranch(
        _ workspace: Workspace, _ error: ReleaseError
    ) throws -> WatchOutcome {
        let wanted = try workspace.environment(named: environment)
        guard let branch = wanted.branch, try !workspace.exists(branch) else { throw error }
        let link = try EnvironmentLink(
            wanted, options, repository: workspace.repositoryKey, applicationName: "sluice watch")
        try link.checkIdentity()
        guard try WatchLedger.lock.tryAcquire(link.session) else { return .elsewhere }
        try link.refresh()
        if let hold = link.state.ledger?.hold { return .held(hold) }
        let keeper = LedgerKeeper(link: link, actor: options.actor)
        guard case .commit(let seen) = try keeper.lastSeen(branch) else { throw error }
        let reason = "the branch \(branch) was deleted; \(seen.short) was seen last."
        try keeper.hold(reason, branch: branch, seen: nil)
        return .putOnHold(reason: reason)
    }

    private static func outcome(of error: any Error) -> WatchOutcome {
        switch error {
        case let error as ReleaseError:
            error.kind == .tryAgain ? .tryAgain(error.what) : .unusable("\(error)")
        case let error as ConnectionFailure:
            error.reason == .unreachable ? .tryAgain("\(error)") : .unusable("\(error)")
        case let error as PostgresError:
            error.connectionLost ? .tryAgain("\(error)") : .unusable("\(error)")
        default: .unusable("\(error)")
        }
    }
}

/// The ledger of a linked environment, where there is one.
private struct LedgerKeeper {
    let link: EnvironmentLink
    let actor: String

    func lastSeen(_ branch: String) throws -> WatchLedger.LastSeen {
        guard link.state.ledger != nil else { return .nothing }
        return try WatchLedger(session: link.session).lastSeen(branch)
    }

    func hold(_ reason: String, branch: String?, seen commit: ObjectID?) throws {
        let settings = SessionSettings(
            schema: link.target.schema, deploy: link.environment.deploy)
        try LedgerWriter(session: link.session, settings: settings).hold(
            reason: reason, by: actor)
        guard let branch else { return }
        // Noticed once: who releases the hold has accepted what is there now.
        try WatchLedger(session: link.session).remember(branch, commit, by: actor)
    }

    func remember(_ branch: String?, _ commit: ObjectID?) throws {
        try link.refresh()
        guard let branch, let commit, link.state.ledger != nil else { return }
        if case .commit(commit) = try lastSeen(branch) { return }
        try WatchLedger(session: link.session).remember(branch, commit, by: actor)
    }
}

extension Workspace {
    /// Whether a branch is there.
    fileprivate func exists(_ branch: String) throws -> Bool {
        guard let repository else { return false }
        return try !repository.copies(ofBranch: branch).isEmpty
    }
}
