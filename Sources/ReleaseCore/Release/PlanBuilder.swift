import PostgresLink

/// Makes the plan of an environment with its gate results. Changes nothing.
public struct PlanBuilder {
    let workspace: Workspace
    /// Whether somebody reads the findings; without, they are made for gates that ask for them.
    let showsFindings: Bool

    public init(_ workspace: Workspace, showsFindings: Bool = true) {
        self.workspace = workspace
        self.showsFindings = showsFindings
    }

    /// A plan, and the open connection it was computed against.
    public struct Prepared {
        public var release: Release
        public var link: EnvironmentLink
        public var plan: Plan
        public var gates: [GateResult]
        var answers = GateAnswers()
        var evidence = GateEvidence()

        /// Whether the newest rehearsal of this very plan failed, so that no digest lets it run.
        public var hasFailedRehearsal: Bool {
            evidence.rehearsal.map { !$0.isClean } ?? false
        }
    }

    /// Reads branch and database and compares them.
    ///
    /// What the branch releases is checked before the database is asked.
    /// - Throws: ``ReleaseError``, ``ConfigurationError``, `GitError`,
    ///   `ConnectionFailure`, `PostgresError`.
    public func prepare(
        _ environment: String?, upTo: String? = nil, accepted: Set<String> = [],
        inspectedDigest: String? = nil, answers: GateAnswers = GateAnswers(),
        applicationName: String = "sluice", checking: (Release) throws -> Void = { _ in }
    ) throws -> Prepared {
        var answers = answers
        answers.inspectedDigest = inspectedDigest ?? answers.inspectedDigest
        let release = try workspace.release(to: environment)
        try checking(release)
        let link = try workspace.link(to: release, applicationName: applicationName)
        try checkNames(accepted.union(answers.losses).union(answers.findings), release, link.state)
        try GateOverride.check(answers, release.environment, workspace.identities)
        let plan = try plan(release, link, upTo: upTo, accepted: accepted)
        let evidence = try EvidenceCollector(workspace, release, link).collect(plan)
        let gates = gates(plan, release, link, answers, evidence)
        return Prepared(
            release: release, link: link, plan: plan, gates: gates, answers: answers,
            evidence: evidence)
    }

    /// A name that nothing has is a slip of the fingers, and no answer.
    private func checkNames(
        _ names: Set<String>, _ release: Release, _ state: DatabaseState
    ) throws {
        let known = Set(release.offered.migrations.map(\.name)).union(
            state.history.rows.map(\.name)
        )
        .union(release.offered.problems.map(\.migration))
        guard let unknown = names.sorted().first(where: { !known.contains($0) }) else { return }
        throw ReleaseError(
            .usage,
            "there is no migration “\(unknown)” to answer for, neither on \(release.offered.branch ?? "the branch") nor in the history of \(release.environment.name).",
            state: "nothing was changed.",
            next: NearestWord.to(unknown, among: known.sorted()).map { ["did you mean \($0)?"] }
                ?? ["give the folder's whole name."])
    }

    /// The plan against what the link read last.
    func plan(
        _ release: Release, _ link: EnvironmentLink, upTo: String?, accepted: Set<String>
    ) throws -> Plan {
        try link.checkIdentity()
        try checkBaseline(release, link)
        // Without anything pending no script is needed, and reading none is quicker.
        let isDone =
            Planner.pending(release.offered, link.state.history).isEmpty
            && link.state.history.failed.isEmpty
        let judges = showsFindings || EvidenceCollector(workspace, release, link).readsScripts
        return try Planner.plan(
            release, link.state,
            scripts: isDone ? [:] : try scripts(release, link, all: judges), upTo: upTo,
            accepted: accepted, judges: judges,
            facts: TargetFacts(
                session: link.session, defaultSchema: link.state.historyTable.schema
            ).schema)
    }

    /// The scripts that run; all of them where what is in the database already counts too.
    private func scripts(
        _ release: Release, _ link: EnvironmentLink, all: Bool
    ) throws -> [String: [UInt8]] {
        let applied = link.state.history.applied
        let names = release.offered.migrations.map(\.name).filter { all || applied[$0] == nil }
        return try workspace.scripts(of: names, in: release)
    }

    func gates(
        _ plan: Plan, _ release: Release, _ link: EnvironmentLink, _ answers: GateAnswers,
        _ evidence: GateEvidence
    ) -> [GateResult] {
        GateKeeper(
            plan: plan, environment: release.environment, state: link.state, evidence: evidence,
            answers: answers, identities: workspace.identities
        ).results()
    }

    /// Prisma's P3005: tables are there and no history, so nobody knows which
    /// migrations they stand for.
    private func checkBaseline(_ release: Release, _ link: EnvironmentLink) throws {
        try checkSearchPath(release, link)
        guard link.state.historySchema == nil, !link.state.foreignTables.isEmpty else { return }
        let name = release.environment.name
        let last = release.offered.migrations.first?.name ?? "MIGRATION"
        throw ReleaseError(
            .needsAttention,
            "the database of \(name) has tables (\(link.state.foreignTables.prefix(3).joined(separator: ", "))…) and no migration history.",
            state: "nothing was changed.",
            next: [
                "if they come from these migrations, baseline: “sluice resolve \(name) --applied \(last)” for each migration that is in the database already, oldest first;",
                "otherwise point \(name) at an empty database.",
            ])
    }

    /// Where the search path has changed since, the whole history would look
    /// pending and run a second time.
    private func checkSearchPath(_ release: Release, _ link: EnvironmentLink) throws {
        guard link.state.historySchema == nil, link.state.ledger != nil, link.target.schema == nil,
            let schema = link.state.schemasWithHistory.first
        else { return }
        throw ReleaseError(
            .needsAttention,
            "the history of \(release.environment.name) is in schema \(schema), and the search path now leads to \(link.state.schema ?? "no schema").",
            state: "nothing was changed.",
            next: [
                "restore the search_path of role or database, or name the schema in the URL: ?schema=\(schema)."
            ])
    }
}
