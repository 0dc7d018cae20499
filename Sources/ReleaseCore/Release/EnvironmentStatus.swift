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
    public var notes: [String]
}

/// Reads how every environment stands, their databases side by side.
public struct StatusReader {
    let workspace: Workspace

    public init(_ workspace: Workspace) {
        self.workspace = workspace
    }

    /// - Parameter environment: only this one; `nil` for all.
    /// - Returns: one status for each, in the order of the configuration.
    /// - Throws: ``ReleaseError`` for an environment that does not exist.
    public func read(_ environment: String?) throws -> [EnvironmentStatus] {
        let environments =
            try environment.map { [try workspace.environment(named: $0)] }
            ?? workspace.configuration.environments
        let sources = environments.map { environment in
            Source(
                environment: environment,
                release: Result { try workspace.release(to: environment.name) })
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

    /// What Git says about an environment, before its database is asked.
    private struct Source: Sendable {
        var environment: EnvironmentConfiguration
        var release: Result<Release, any Error>

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
                fill(&status, release, link.state)
            } catch {
                status.state = .unreachable
                status.failure = "\(error)"
            }
            return status
        }

        private func fill(
            _ status: inout EnvironmentStatus, _ release: Release, _ state: DatabaseState
        ) {
            let resumable = Planner.resumable(release.offered, state)
            status.applied = state.history.appliedNames.count
            status.pending = Planner.pending(release.offered, state.history).map(\.name)
            status.problems =
                resumable.sorted().map {
                    Problem(.failed, $0, "it stopped half-way; the next deployment continues it.")
                } + Planner.problems(release.offered, state.history, resumable: resumable)
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

        private func overall(_ status: EnvironmentStatus) -> EnvironmentStatus.State {
            if status.hold != nil { return .held }
            if !status.problems.isEmpty { return .needsAttention }
            return status.pending.isEmpty ? .upToDate : .pending
        }
    }
}
