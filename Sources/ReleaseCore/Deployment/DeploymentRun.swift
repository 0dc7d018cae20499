import PostgresLink
import SQLAnalysis

/// Applies a plan under the lock and writes it down.
struct DeploymentRun {
    private(set) var plan: Plan
    let release: Release
    let link: EnvironmentLink
    let deployment: String
    let actor: String
    /// Who answers for what was accepted and overridden.
    let signatory: String
    let answers: GateAnswers
    /// A file that was named on the command line instead of the committed one.
    let configuration: String?
    let interrupt: Interrupt
    let report: @Sendable (DeploymentEvent) -> Void
    /// What gates and people have said, for the ledger.
    var judgements = ""
    /// How often a broken connection is made anew before giving up: for about a minute, which
    /// a fail-over takes where it is managed.
    private static let longestReconnect = 16
    /// How often it may break without a migration having come through: a script
    /// that ends its own connection would do so for ever.
    private static let mostLosses = 5

    private var settings: SessionSettings {
        SessionSettings(
            schema: link.target.schema, deploy: release.environment.deploy,
            applicationName: "sluice/\(deployment)",
            knowsIdleTimeout: link.session.serverVersion >= 140_000)
    }

    private var writer: LedgerWriter { LedgerWriter(session: link.session, settings: settings) }

    /// Whether there is a ledger or the role may make one.
    var writesLedger: Bool { link.state.ledger != nil || link.state.mayCreateSchema }

    /// Runs every migration of the plan, in order, until the first failure.
    mutating func apply(gates: [GateResult]) throws -> DeploymentReport {
        judgements =
            LedgerWriter.judgements(gates, answers, deployment: deployment, actor: signatory)
            + LedgerWriter.answers(plan, gates, answers, deployment: deployment, actor: signatory)
        try open()
        report(.started(plan))
        var result = DeploymentReport(plan: plan, verdict: .succeeded, gates: gates)
        result.deployment = deployment
        if let configuration, plan.commit != nil {
            result.notes.append(
                "the gates were those of the file \(configuration), not of the commit; the ledger says so."
            )
        }
        if !writesLedger {
            result.notes.append(
                "no ledger was written: the role \(link.state.role) may not create schemas (\(LedgerGrant.creation(link.state)))."
            )
        }
        var remaining = plan.migrations
        var losses = 0
        var lastReached = Self.reached(remaining, link.state)
        // What this run itself has left unfinished in this session.
        var unfinished: [StepwiseProgress] = []
        announceResumption()
        while true {
            let compiler = ActionCompiler(
                bookkeeping: bookkeeping,
                progress: Dictionary(
                    (link.state.openProgress + unfinished).map { ($0.migration, $0) },
                    uniquingKeysWith: { $1 })
            )
            var runner = ActionRunner(
                remaining, compiler, settings: settings, interrupt: interrupt, report: report)
            runner.recordsProgress = writesLedger
            let outcome = runner.run(link.session)
            result.applied += runner.applied
            switch outcome {
            case .finished: return result
            case .interrupted:
                result.verdict = .interrupted
                noteUnfinished(&result)
                return result
            case .failed(let failure):
                result.verdict = .failed
                result.failure = failure
                record(failure)
                return result
            case .refusedInTransaction(let planned, let unit, let statement):
                report(
                    .turningStepwise(
                        migration: planned.name, statement: statement.ordinal, tag: statement.tag))
                unfinished = try unfinishedPart(of: planned, before: unit)
                remaining = Array(remaining.dropFirst(runner.applied.count))
                replace(planned, in: &remaining)
                replace(planned, in: &plan.migrations)
            case .connectionLost(let error):
                unfinished = []
                remaining = try reconnect(after: error, &result)
                announceResumption()
                let reached = Self.reached(remaining, link.state)
                losses = reached == lastReached ? losses + 1 : 1
                lastReached = reached
                if losses >= Self.mostLosses, let first = remaining.first {
                    throw lostForGood(first, error, result.applied.count)
                }
                if remaining.isEmpty { return result }
            }
        }
    }

    private func open() throws {
        do {
            try prepare()
        } catch let error as PostgresError where error.state == .insufficientPrivilege {
            throw ReleaseError(
                .usage,
                "the role \(link.state.role) may not keep a history in \(plan.environment): \(error.message).",
                state: "nothing was changed.",
                next: [
                    "GRANT CREATE, USAGE ON SCHEMA \(Quoting.identifier(link.state.historyTable.schema)) TO \(Quoting.identifier(link.state.role));   as the schema's owner"
                ])
        }
    }

    private func prepare() throws {
        try writer.open(
            .init(
                deployment: deployment, plan: plan, actor: actor,
                table: link.state.historyTable,
                missingSchema: link.state.schema == nil ? link.target.schema ?? "public" : nil,
                createsHistory: link.state.historySchema == nil,
                ledgerPreparation: writesLedger ? try link.ledgerPreparation() : "",
                writesLedger: writesLedger, judgements: judgements, configuration: configuration))
    }

    /// What a run that was stopped has left half-finished.
    private func noteUnfinished(_ result: inout DeploymentReport) {
        // Where it cannot be asked any more, the next run finds out.
        guard (try? link.refresh()) != nil else { return }
        for progress in link.state.openProgress where result.unfinished == nil {
            result.unfinished = plan.migrations.first { $0.name == progress.migration }
                .map { Continuation($0, progress) }
        }
        guard result.unfinished == nil, let row = link.state.history.failed.first else { return }
        result.notes.append(
            "\(row.name) is unfinished and no ledger followed it: look how far it came, then sluice resolve \(plan.environment) --rolled-back \(row.name) (or --applied)."
        )
    }

    /// How far the work has come: what is left, and how much of its first is finished.
    private static func reached(_ left: [PlannedMigration], _ state: DatabaseState) -> [Int] {
        [left.count, state.openProgress.reduce(0) { $0 + $1.finishedUnits }]
    }

    private func announceResumption() {
        for progress in link.state.openProgress {
            guard let planned = plan.migrations.first(where: { $0.name == progress.migration })
            else { continue }
            report(
                .resuming(
                    migration: planned.name, finishedStatements: progress.finishedStatements,
                    of: planned.script.statements.count))
        }
    }

    /// How far a migration came whose next unit the server has refused: nowhere, where its
    /// one transaction was rolled back.
    private func unfinishedPart(of planned: PlannedMigration, before unit: Int) throws
        -> [StepwiseProgress]
    {
        try link.refresh()
        guard let row = link.state.history.failed.first(where: { $0.name == planned.name }) else {
            return []
        }
        if let recorded = link.state.openProgress.first(where: { $0.migration == planned.name }) {
            return [recorded]
        }
        return [StepwiseProgress(of: planned, before: unit, historyID: row.id)]
    }

    private func replace(_ planned: PlannedMigration, in migrations: inout [PlannedMigration]) {
        guard let index = migrations.firstIndex(where: { $0.name == planned.name }) else { return }
        migrations[index] = planned
    }

    private var bookkeeping: Bookkeeping {
        Bookkeeping(
            table: link.state.historyTable, deployment: writesLedger ? deployment : nil,
            commit: plan.commitDigits, session: settings, encoding: link.session.serverEncoding)
    }

    /// Asks the history what was committed before the connection broke, and
    /// returns what is left to do.
    private func reconnect(
        after error: PostgresError, _ result: inout DeploymentReport
    ) throws -> [PlannedMigration] {
        var lastError: any Error = error
        for attempt in 1...Self.longestReconnect {
            if interrupt.isRaised { break }
            report(.reconnecting(attempt: attempt))
            DeploymentLock.pause(milliseconds: min(5000, 100 << attempt))
            do {
                try link.reconnect()
                guard
                    case .held = try DeploymentLock.acquire(
                        link.session, budget: .seconds(60), interrupt: interrupt,
                        onWait: { report(.waitingForLock($0)) })
                else { break }
                try link.refresh()
                try refuseUnknownProgress()
                try refuseLostObjects()
                try open()
                // All of the plan: a server that crashed may have forgotten
                // commits it had not waited for the disk with.
                let applied = link.state.history.applied
                result.applied = plan.migrations.map(\.name).filter { applied[$0] != nil }
                return plan.migrations.filter { applied[$0.name] == nil }
            } catch let error as ReleaseError {
                throw error
            } catch {
                lastError = error
            }
        }
        throw ReleaseError(
            interrupt.isRaised ? .interrupted : .tryAgain,
            "the connection to \(link.target.redacted) broke and could not be made again: \(lastError)",
            state:
                "\(result.applied.count) of \(plan.migrations.count) are known to be applied; the one at work is wholly there or not at all, or, where it runs stepwise, recorded as far as it came.",
            next: ["run it again when the server answers; it continues where it stopped."])
    }

    /// An unfinished row without progress is either a stepwise migration of
    /// ours that no ledger has followed, or somebody else's that came between.
    private func refuseUnknownProgress() throws {
        let carriedOn = Set(link.state.openProgress.map(\.historyID))
        guard let row = link.state.history.failed.first(where: { !carriedOn.contains($0.id) })
        else { return }
        throw ReleaseError(
            .needsAttention,
            "the connection broke, and nobody knows how far \(row.name) came: its history row is unfinished and no ledger followed it.",
            state: "the statements of \(row.name) are in the database up to some point.",
            next: [
                "look what is there, then sluice resolve \(plan.environment) --rolled-back \(row.name) (or --applied)"
            ])
    }

    /// What a script keeps in its session is gone with it.
    private func refuseLostObjects() throws {
        guard
            let problem = Planner.lostObjects(
                plan.migrations, link.state, in: plan.environment
            ).first
        else { return }
        throw ReleaseError(
            .needsAttention,
            "the connection broke in the middle of \(problem.migration): \(problem.detail)",
            state:
                "the finished statements of \(problem.migration) are in the database and recorded.",
            next: ["correct the unfinished part of the script on its branch, then run it again."])
    }

    private func lostForGood(
        _ migration: PlannedMigration, _ error: PostgresError, _ applied: Int
    ) -> ReleaseError {
        ReleaseError(
            .failed,
            "the connection to \(link.target.redacted) broke \(Self.mostLosses) times while \(migration.name) ran: \(error.message)",
            state: "applied before it: \(applied); \(migration.name) was not applied.",
            next: [
                "look for what ends the connection: the script itself, the server's log, a proxy."
            ]
        )
    }

    private func record(_ failure: DeploymentFailure) {
        guard writesLedger,
            let planned = plan.migrations.first(where: { $0.name == failure.migration })
        else { return }
        if planned.script.mode != .transactional {
            // Known to have failed: a later run must not take its index for finished.
            try? writer.execute(bookkeeping.failed(planned.migration))
        }
        // The failure itself is what must reach the user, also when the record cannot be written.
        try? writer.record(failure, of: planned, deployment: deployment)
    }

    /// Writes something down, once more on a new connection when the first one breaks: it may
    /// have been lost at any time while checks ran or people were waited for.
    private func written<T>(_ body: (LedgerWriter) throws -> T) throws -> T {
        do {
            return try body(writer)
        } catch let error as PostgresError where error.connectionLost {
            try link.reconnect()
            return try body(writer)
        }
    }

    /// Writes the verdict down.
    func close(_ result: DeploymentReport) throws {
        guard writesLedger else { return }
        try written { try $0.close(deployment, result.verdict) }
    }

    /// Records what the smoke checks said, and a hold when they failed.
    func record(_ run: SmokeRun) throws {
        guard writesLedger else { return }
        try written { try $0.record(run, deployment: deployment, commit: plan.commitDigits) }
    }

    /// Looks at what the deployment has left in the database.
    func verify() throws -> [SmokeRun.Result] {
        try Verification(
            plan: plan, table: link.state.historyTable, deployment: writesLedger ? deployment : nil
        ).run(link.session)
    }

    /// Shows everybody between here and the server that the session is needed;
    /// a lost one is made anew, with its locks as far as they are free.
    func keepAlive() {
        guard (try? link.session.query("SELECT 1")) == nil else { return }
        try? link.reconnect()
        _ = try? DeploymentLock.acquire(
            link.session, budget: .seconds(5), interrupt: interrupt, onWait: { _ in })
    }

    /// Remembers what people have to do afterwards.
    ///
    /// - Returns: all that is open now.
    func remember(_ texts: [(migration: String?, text: String)]) throws -> [Reminder] {
        guard writesLedger else { return [] }
        try written { try $0.remember(texts, deployment: deployment) }
        return try LedgerReader.reminders(link.session)
    }

    /// Stops further deployments until somebody has looked.
    func hold(reason: String) throws {
        guard writesLedger else { return }
        try written { try $0.hold(reason: reason, by: "sluice/\(deployment)") }
    }
}
