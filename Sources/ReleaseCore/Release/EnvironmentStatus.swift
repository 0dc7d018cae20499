import GitStore

/// How one environment stands.
public struct EnvironmentStatus: Sendable {
    public enum State: String, Sendable, Codable {
        case upToDate = "up-to-date"
        case pending
        case needsAttention = "needs-attention"
        case held
        case unreachable
    }

    public var name: String
    public var branch: String?
    public var commit: String?
    public var state: State
    public var applied: Int
    public var pending: [String]
    public var problems: [Problem]
    public var hold: Hold?
    /// Why it could not be read.
    public var failure: String?
    public var lastSmoke: SmokeRunSummary?
    /// The newest deployment, where it runs, or has left something to be done.
    public var deployment: LatestDeployment?
    /// What people still have to do after deployments.
    public var reminders: [Reminder] = []
    /// That maintenance mode is on, since when and by whom; `nil` where it is not.
    public var maintenance: String?
    public var notes: [String]
    /// How its schema differs from what its history produces; `nil` where that
    /// was not asked or could not be found out.
    public var drift: Drift?
}

/// Reads how every environment stands, their databases side by side.
public struct StatusReader {
    let workspace: Workspace

    public init(_ workspace: Workspace) {
        self.workspace = workspace
    }

    /// - Parameters:
    ///   - environment: only this one; `nil` for all.
    ///   - comparesSchema: whether each schema is compared with what its history
    ///     produces in the sandbox.
    /// - Returns: one status for each, in the order of the configuration.
    /// - Throws: ``ReleaseError`` for an environment that does not exist.
    public func read(
        _ environment: String?, comparesSchema: Bool = false
    ) throws -> [EnvironmentStatus] {
        let environments =
            try environment.map { [try workspace.environment(named: $0)] }
            ?? workspace.configuration.environments
        let sources = environments.map { environment in
            let release = Result { try workspace.release(to: environment.name) }
            return Source(
                environment: environment, release: release,
                scripts: comparesSchema ? scripts(of: release) : nil)
        }
        // Where Git can say nothing about any environment, that is the error.
        if let first = sources.first, sources.allSatisfy({ $0.isUnreadable }) {
            _ = try first.release.get()
        }
        let options = workspace.options
        let repository = workspace.repositoryKey
        return sources.concurrentMap { source in
            source.status(options, repository)
        }
    }

    /// Read before the databases are asked side by side: a repository is used by
    /// one thread at a time.
    private func scripts(of release: Result<Release, any Error>) -> Result<
        [ReplayMigration], any Error
    > {
        Result {
            let release = try release.get()
            return try workspace.replayed(release.offered.migrations, in: release)
        }
    }

    /// What Git says about an environment, before its database is asked.
    private struct Source: Sendable {
        var environment: EnvironmentConfiguration
        var release: Result<Release, any Error>
        /// Every migration, where the schema is compared.
        var scripts: Result<[ReplayMigration], any Error>?

        var isUnreadable: Bool {
            if case .failure = release { return true }
            return false
        }

        func status(_ options: WorkspaceOptions, _ repository: String?) -> EnvironmentStatus {
            var status = EnvironmentStatus(
                name: environment.name, branch: environment.branch, commit: nil, state: .upToDate,
                applied: 0, pending: [], problems: [], notes: [])
            do {
                let release = try release.get()
                status.branch = release.offered.branch
                status.commit = release.commit?.hex
                status.notes = release.offered.notes
                let link = try EnvironmentLink(release.environment, options, repository: repository)
                try link.checkLayout()
                // Before the rest: what it leaves half-done is no problem while it is at work.
                if link.state.ledger != nil, link.state.hasPresentLayout {
                    status.deployment = try LatestDeployment.read(link.session)
                }
                fill(&status, release, link.state)
                try remember(&status, link)
                if let scripts { compare(&status, release, link, scripts, options, repository) }
            } catch let error as ReleaseError where error.concernsRecords {
                // The server answers; what it says cannot be worked with.
                status.state = .needsAttention
                status.failure = "\(error)"
            } catch {
                status.state = .unreachable
                status.failure = "\(error)"
            }
            return status
        }

        /// What earlier runs have left to be done.
        private func remember(_ status: inout EnvironmentStatus, _ link: EnvironmentLink) throws {
            guard link.state.ledger != nil, link.state.hasPresentLayout else { return }
            status.reminders = try LedgerReader.reminders(link.session)
            status.maintenance = try LedgerReader.maintenance(link.session).map {
                "maintenance mode is on since \($0.since) by \($0.by)."
            }
        }

        private func fill(
            _ status: inout EnvironmentStatus, _ release: Release, _ state: DatabaseState
        ) {
            let resumable = Planner.resumable(release.offered, state)
            status.applied = state.history.appliedNames.count
            status.pending = Planner.pending(release.offered, state.history).map(\.name)
            let isAtWork = status.deployment?.state == .running
            if !isAtWork, status.pending.isEmpty, resumable.isEmpty { status.deployment = nil }
            status.problems =
                (isAtWork ? [] : resumable.sorted()).map {
                    Problem(.failed, $0, "it stopped half-way; the next deployment continues it.")
                }
                + Planner.judge(
                    Planner.problems(release.offered, state.history, resumable: resumable), [],
                    state.ledger?.acceptances ?? []
                ).open
            if state.historySchema == nil, !state.foreignTables.isEmpty {
                status.problems.append(
                    Problem(
                        .missing, "",
                        "the database has tables and no migration history; “sluice resolve” baselines it."
                    ))
            }
            if let pinned = state.ledger?.environment, pinned != environment.name {
                status.problems.append(
                    Problem(.diverged, "", "the database says it is “\(pinned)”."))
            }
            status.hold = state.ledger?.hold
            status.lastSmoke = state.ledger?.lastSmoke
            status.state = overall(status)
        }

        /// What keeps the comparison from being made is said, and needs attention
        /// like a difference: nobody knows that there is none.
        private func compare(
            _ status: inout EnvironmentStatus, _ release: Release, _ link: EnvironmentLink,
            _ scripts: Result<[ReplayMigration], any Error>, _ options: WorkspaceOptions,
            _ repository: String?
        ) {
            do {
                let applied = link.state.history.applied
                let drift = try DriftComparison(options, repositoryKey: repository).compare(
                    migrations: try scripts.get().filter { applied[$0.name] != nil },
                    release.environment, link)
                status.drift = drift
                status.problems += drift.lines.map { Problem(.drift, "", $0) }
            } catch {
                status.problems.append(Problem(.drift, "", "it is not known: \(error)"))
            }
            status.state = overall(status)
        }

        private func overall(_ status: EnvironmentStatus) -> EnvironmentStatus.State {
            if status.hold != nil { return .held }
            if !status.problems.isEmpty { return .needsAttention }
            return status.pending.isEmpty ? .upToDate : .pending
        }
    }
}
