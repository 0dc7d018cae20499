import GitStore
import PostgresLink
import SchemaCatalog

/// Takes one migration out of an environment: the runbook's emergency path.
///
/// The inverse runs in one transaction with the mark on the history row, so that
/// the migration is either there or not, for sluice and for Prisma.
public struct Reverter {
    let workspace: Workspace
    let interrupt: Interrupt
    let report: @Sendable (DeploymentEvent) -> Void

    public init(
        _ workspace: Workspace, interrupt: Interrupt = Interrupt(),
        report: @escaping @Sendable (DeploymentEvent) -> Void = { _ in }
    ) {
        self.workspace = workspace
        self.interrupt = interrupt
        self.report = report
    }

    /// What is wanted.
    public struct Request: Sendable {
        public var environment: String
        public var migration: String
        /// The digest of the revert somebody has looked at; without it nothing is done.
        public var inspectedDigest: String?
        /// Why, for the ledger.
        public var reason: String?

        public init(
            environment: String, migration: String, inspectedDigest: String? = nil,
            reason: String? = nil
        ) {
            self.environment = environment
            self.migration = migration
            self.inspectedDigest = inspectedDigest
            self.reason = reason
        }
    }

    /// Shows the revert, or does it where its digest is named.
    ///
    /// A hold is no obstacle: a revert is what ends the trouble. What stands in the
    /// way is a result; what cannot be decided throws.
    ///
    /// - Returns: the plan and what became of it.
    /// - Throws: ``ReleaseError``, and what Git, server or sandbox throws.
    public func run(_ request: Request) throws -> RevertReport {
        let release = try workspace.release(to: request.environment)
        let link = try workspace.link(to: release, applicationName: "sluice/revert")
        let planner = RevertPlanner(workspace: workspace, release: release, link: link)
        let plan = try planner.plan(request.migration)
        let gates = try gates(plan, request, release, link)
        if gates.contains(where: { $0.outcome == .block }) {
            return RevertReport(plan: plan, verdict: .blocked, gates: gates)
        }
        try takeLock(link)
        let known = link.state.history
        try link.refresh()
        guard link.state.history.rows.map(\.id) == known.rows.map(\.id) else {
            throw ReleaseError(
                .tryAgain, "the history of \(plan.environment) has changed meanwhile.",
                state: "nothing was changed.", next: ["look at the revert once more."])
        }
        let deployment = UUID4.make()
        guard
            let mode = MaintenanceMode(
                workspace, release, link, interrupt: interrupt, report: report)
        else {
            var report = try perform(plan, request, release, link, deployment, gates)
            report.notes.append(
                "\(plan.environment) has no maintenance mode (maintenance: { on, off } in \(Configuration.fileName)): the application kept running."
            )
            return report
        }
        var report = try mode.around(deployment: deployment) {
            try perform(plan, request, release, link, deployment, gates)
        }
        if let complaint = mode.complaint {
            report.notes.append(complaint)
            report.verdict = .degraded
        }
        return report
    }

    func takeLock(_ link: EnvironmentLink) throws {
        let result = try DeploymentLock.acquire(
            link.session, budget: .seconds(10), interrupt: interrupt
        ) { report(.waitingForLock($0)) }
        guard case .held = result else {
            throw ReleaseError(
                .tryAgain, "a deployment to \(link.environment.name) is running.",
                state: "nothing was changed.", next: ["run it again when that one is done."])
        }
    }

    // MARK: gates

    /// That somebody looked at this very revert, and where the environment has a
    /// review gate, that others have signed it off.
    private func gates(
        _ plan: RevertPlan, _ request: Request, _ release: Release, _ link: EnvironmentLink
    ) throws -> [GateResult] {
        let short = plan.digest.prefix(PlanDigest.shortLength)
        let command = "sluice revert \(plan.environment) \(plan.migration) --plan \(short)"
        let inspected =
            if let given = request.inspectedDigest {
                PlanDigest.matches(given, plan.digest)
                    ? GateResult(
                        .dryRun, .pass, "the revert that was inspected is this one: \(short).")
                    : GateResult(
                        .dryRun, .block,
                        "the revert is not \(given.prefix(PlanDigest.shortLength)): history or schema have changed since that one was shown.",
                        wayOut: command)
            } else {
                GateResult(
                    .dryRun, .block, "nobody has said that this revert was inspected.",
                    wayOut: command)
            }
        guard let review = release.environment.gates.first(where: { $0.gate == .review }) else {
            return [inspected]
        }
        let wanted = review.settings["approvals"].flatMap { Int($0) } ?? 1
        return [inspected, try self.review(plan, wanted: wanted, release, link)]
    }

    private func review(
        _ plan: RevertPlan, wanted: Int, _ release: Release, _ link: EnvironmentLink
    ) throws -> GateResult {
        var people: [Person] = []
        if link.state.ledger != nil, link.state.hasPresentLayout {
            let mailmap = try ReviewCollector(workspace: workspace, release: release).mailmap()
            let runner = workspace.person.map { Person(name: $0.name, email: $0.email, mailmap) }
            people = try Approval.read(link.session, digest: plan.digest).map {
                Person(name: $0.name, email: $0.email, mailmap)
            }.filter { person in !(runner.map(person.isSame) ?? false) }.distinct
        }
        let names = people.map(\.text)
        let short = plan.digest.prefix(PlanDigest.shortLength)
        guard names.count < wanted else {
            return GateResult(.review, .pass, "signed off by \(names.joined(separator: ", ")).")
        }
        return GateResult(
            .review, .block,
            "\(names.count) of \(wanted) approvals of this revert by others than who runs it.",
            wayOut:
                "sluice revert \(plan.environment) \(plan.migration) --plan \(short) --approve, by somebody else"
        )
    }

    /// Signs a revert off without running it.
    ///
    /// - Returns: the plan that was approved.
    /// - Throws: ``ReleaseError`` when it is not the one that was looked at.
    public func approve(_ request: Request) throws -> RevertPlan {
        let release = try workspace.release(to: request.environment)
        let link = try workspace.link(to: release)
        let plan = try RevertPlanner(workspace: workspace, release: release, link: link)
            .plan(request.migration)
        guard let given = request.inspectedDigest, PlanDigest.matches(given, plan.digest) else {
            throw ReleaseError(
                .usage,
                "name the revert that was looked at: it is \(plan.digest.prefix(PlanDigest.shortLength)).",
                state: "nothing was approved.",
                next: ["sluice revert \(plan.environment) \(plan.migration) shows it."])
        }
        guard let person = workspace.person else {
            throw ReleaseError(
                .usage, "nobody knows who approves.", state: "nothing was recorded.",
                next: ["git config user.name NAME && git config user.email ADDRESS"])
        }
        let actor = Quoting.literal(workspace.options.actor)
        try link.session.record(
            """
            BEGIN;
            \(try link.ledgerPreparation())
            INSERT INTO _sluice.approvals (digest, commit, name, email, actor, plan)
            VALUES ('\(plan.digest)', \(Quoting.literal(release.commit?.hex)),
                    \(Quoting.literal(person.name)), \(Quoting.literal(person.email)), \(actor),
                    jsonb_build_object('revert', \(Quoting.literal(plan.migration))));
            COMMIT
            """)
        return plan
    }
}
