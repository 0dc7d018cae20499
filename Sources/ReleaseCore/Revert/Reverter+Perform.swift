import GitStore
import PostgresLink
import SchemaCatalog

/// The transaction, and what follows it.
extension Reverter {
    func perform(
        _ plan: RevertPlan, _ request: Request, _ release: Release, _ link: EnvironmentLink,
        _ deployment: String, _ gates: [GateResult]
    ) throws -> RevertReport {
        var result = RevertReport(plan: plan, verdict: .succeeded, gates: gates, notes: plan.notes)
        result.openFollowUps = try transaction(plan, request, release, link, deployment)
        try check(&result, release, link, deployment)
        return result
    }

    /// Tried again while somebody holds a table, as a deployment is.
    private func transaction(
        _ plan: RevertPlan, _ request: Request, _ release: Release, _ link: EnvironmentLink,
        _ deployment: String
    ) throws -> [String] {
        let settings = SessionSettings(
            schema: link.target.schema, deploy: release.environment.deploy)
        var attempts = 0
        while true {
            do {
                try link.session.execute(settings.setup.joined(separator: ";"))
                try link.session.execute("BEGIN; \(SessionSettings.durableCommit)")
                let open = try invert(plan, link)
                try link.session.record(
                    records(plan, request, release, link, deployment) + "COMMIT")
                return open
            } catch {
                if link.session.isInTransaction { _ = try? link.session.execute("ROLLBACK") }
                let isBusy = (error as? PostgresError)?.state?.rawValue == "55P03"
                attempts += 1
                if isBusy, attempts <= release.environment.deploy.lockRetries, !interrupt.isRaised {
                    DeploymentLock.pause(milliseconds: min(5000, 100 << min(attempts, 6)))
                    continue
                }
                throw refusal(error, plan)
            }
        }
    }

    private func refusal(_ error: any Error, _ plan: RevertPlan) -> any Error {
        guard let error = error as? PostgresError else { return error }
        return ReleaseError(
            error.connectionLost ? .tryAgain : .failed,
            "the inverse of \(plan.migration) does not run: \(error.message)",
            state: error.connectionLost
                ? "the connection broke; “sluice status \(plan.environment)” shows whether it was committed."
                : "everything was rolled back: \(plan.migration) is applied as before.",
            next: error.connectionLost
                ? [] : ["sluice hotfix \(plan.migration) undoes it by a migration."])
    }

    /// The statements, compared with the plan before and with its goal afterwards.
    private func invert(_ plan: RevertPlan, _ link: EnvironmentLink) throws -> [String] {
        let session = link.session
        let inverse = plan.inverse
        for step in inverse.renames { try session.execute(step.sql) }
        let now = try inverse.read(session)
        let undo = inverse.undo(now)
        let steps = inverse.steps(undo, from: now)
        guard (inverse.renames + steps).migrationText() == plan.sql, undo.unreached.isEmpty else {
            throw ReleaseError(
                .needsAttention,
                "the schema of \(plan.environment) is not the one the revert was made for.",
                state: "everything was rolled back.",
                next: ["sluice status \(plan.environment) --drift"])
        }
        for step in steps { try session.execute(step.sql) }
        var open: [String] = []
        for followUp in steps.flatMap(\.followUps) {
            try session.execute("SAVEPOINT sluice_follow_up")
            do {
                try session.execute(followUp.statement)
                try session.execute("RELEASE SAVEPOINT sluice_follow_up")
            } catch let error as PostgresError {
                if error.connectionLost { throw error }
                try session.execute("ROLLBACK TO SAVEPOINT sluice_follow_up")
                open.append("\(followUp.statement); (\(error.message))")
            }
        }
        let left = SchemaDifference(from: try inverse.read(session), to: undo.target).summary
        guard left.isEmpty || !open.isEmpty else {
            throw ReleaseError(
                .failed,
                "the inverse of \(plan.migration) does not give the schema of before: \(left.joined(separator: ", ")).",
                state: "everything was rolled back.")
        }
        return open
    }

    /// The row counts as rolled back, for Prisma too: the migration is pending again.
    private func records(
        _ plan: RevertPlan, _ request: Request, _ release: Release, _ link: EnvironmentLink,
        _ deployment: String
    ) throws -> String {
        let table = link.state.historyTable
        var sql = """
            UPDATE \(table.qualified) SET rolled_back_at = pg_catalog.clock_timestamp()
            WHERE id = \(Quoting.literal(plan.row.id)) AND rolled_back_at IS NULL;

            """
        guard link.state.ledger != nil || link.state.mayCreateSchema else { return sql }
        let actor = Quoting.literal(workspace.options.actor)
        let reason = request.reason.map { ": \($0)" } ?? ""
        sql += """
            \(try link.ledgerPreparation())
            INSERT INTO _sluice.deployments (id, branch, commit, digest, actor)
            VALUES ('\(deployment)', \(Quoting.literal(release.offered.branch)),
                    \(Quoting.literal(release.commit?.hex)), '\(plan.digest)', \(actor));
            INSERT INTO _sluice.steps
              (deployment, migration, checksum, outcome, commit, author, message, started_at)
            VALUES ('\(deployment)', \(Quoting.literal(plan.migration)),
                    \(Quoting.literal(plan.row.checksum)), 'marked-rolled-back',
                    \(Quoting.literal(release.commit?.hex)), \(actor),
                    \(Quoting.literal("reverted\(reason)")), pg_catalog.now());
            DELETE FROM _sluice.progress WHERE migration = \(Quoting.literal(plan.migration));
            INSERT INTO _sluice.holds (reason, placed_by)
            SELECT \(Quoting.literal(Self.reasonToHold(plan.migration))), \(actor)
            WHERE NOT EXISTS (SELECT FROM _sluice.holds WHERE released_at IS NULL);

            """
        return sql
    }

    /// Whoever deploys next, a watcher above all, would put it back.
    static func reasonToHold(_ migration: String) -> String {
        "\(migration) was reverted and is still on the branch"
    }

    private func check(
        _ result: inout RevertReport, _ release: Release, _ link: EnvironmentLink,
        _ deployment: String
    ) throws {
        try link.refresh()
        let stage = SmokeStage(workspace: workspace, interrupt: interrupt, report: report)
        let checks = try workspace.smokeChecks(
            release, applied: Set(link.state.history.appliedNames))
        let settings = SessionSettings(
            schema: link.target.schema, deploy: release.environment.deploy)
        let writer = LedgerWriter(session: link.session, settings: settings)
        if !checks.isEmpty {
            let run = SmokeRunner(stage.setting(release, link.target)).run(checks)
            result.smoke = run
            if run.outcome != .passed { result.verdict = .degraded }
            if link.state.ledger != nil {
                try writer.record(run, deployment: deployment, commit: release.commit?.hex)
                if run.outcome != .passed, link.state.ledger?.hold == nil {
                    try writer.hold(
                        reason: "a smoke check failed after \(result.plan.migration) was reverted",
                        by: workspace.options.actor)
                }
            }
        }
        if link.state.ledger != nil { try writer.close(deployment, result.verdict) }
    }
}
