import GitStore
import SQLAnalysis

extension Planner {
    /// The plan for an environment.
    ///
    /// - Parameters:
    ///   - release: what the commit offers and who is to get it.
    ///   - state: what the database says.
    ///   - scripts: the bytes of at least every pending script, by name; of all where it judges.
    ///   - upTo: the last migration to include.
    ///   - accepted: names of migrations whose problems somebody answers for.
    ///   - judges: whether the plan holds findings and possible losses.
    ///   - facts: what the database says about the relations that the plan touches.
    /// - Returns: the plan, with its problems.
    /// - Throws: ``ReleaseError`` when `upTo` is not pending.
    static func plan(
        _ release: Release, _ state: DatabaseState, scripts: [String: [UInt8]], upTo: String? = nil,
        accepted: Set<String> = [], judges: Bool = true,
        facts: ([Script]) throws -> KnownSchema? = { _ in nil }
    ) throws -> Plan {
        let resumable = resumable(release.offered, state)
        var waiting = pending(release.offered, state.history)
        waiting = resuming(resumable, release.offered, state.history) + waiting
        if let upTo {
            guard let last = waiting.firstIndex(where: { $0.name == upTo }) else {
                throw ReleaseError(
                    .usage, "\(upTo) is not pending in \(release.environment.name).",
                    next: ["“sluice status \(release.environment.name)” lists what is."])
            }
            waiting = Array(waiting[...last])
        }
        let names = Set(waiting.map(\.name))
        var loaded = try ScriptLoader.load(
            waiting, scripts,
            behind: release.offered.migrations.filter { !names.contains($0.name) },
            databaseIsEmpty: state.history.rows.isEmpty && state.foreignTables.isEmpty,
            judges: judges, schema: state.historyTable.schema, facts: facts)
        let progress = state.openProgress
        loaded.planned = loaded.planned.map { cut($0, progress) }
        let judged = judge(
            problems(release.offered, state.history, resumable: resumable) + loaded.problems
                + stalePrefixes(loaded.planned, state, in: release.environment.name)
                + lostObjects(loaded.planned, state, in: release.environment.name),
            accepted, state.ledger?.acceptances ?? [])
        return Plan(
            environment: release.environment.name, branch: release.offered.branch,
            commit: release.commit,
            digest: PlanDigest.of(
                environment: release.environment.name, commit: release.commit?.hex,
                pending: waiting,
                history: state.history),
            migrations: loaded.planned,
            problems: judged.open, accepted: judged.accepted,
            appliedCount: state.history.appliedNames.count, notes: release.offered.notes)
    }

    /// Tells the problems that stand from those somebody answers for now; those
    /// answered for earlier are gone.
    static func judge(
        _ problems: [Problem], _ names: Set<String>, _ acceptances: [Acceptance]
    ) -> (open: [Problem], accepted: [Problem]) {
        let unanswered = problems.filter { !$0.isCovered(by: acceptances) }
        let accepted = unanswered.filter {
            names.contains($0.migration) && $0.isAcceptable
        }
        var open = unanswered.filter { !accepted.contains($0) }
        // History and branch part only over what is missing.
        if problems.contains(where: { $0.kind == .missing }),
            !open.contains(where: { $0.kind == .missing })
        {
            open.removeAll { $0.kind == .diverged }
        }
        return (open, accepted)
    }

    /// Unfinished stepwise migrations that the next deployment can carry on
    /// with: those that are still on the branch.
    static func resumable(_ branch: BranchMigrations, _ state: DatabaseState) -> Set<String> {
        Set(state.openProgress.map(\.migration)).intersection(
            branch.migrations.map(\.name))
    }

    /// Unfinished stepwise migrations come first: they are carried on with.
    private static func resuming(
        _ names: Set<String>, _ branch: BranchMigrations, _ history: History
    ) -> [Migration] {
        let unfinished = Set(history.failed.map(\.name)).intersection(names)
        return branch.migrations.filter { unfinished.contains($0.name) }
    }

    /// Cuts a script into the units that its finished part ran in.
    private static func cut(_ planned: PlannedMigration, _ progress: [StepwiseProgress])
        -> PlannedMigration
    {
        guard let progress = progress.first(where: { $0.migration == planned.name })
        else { return planned }
        // What follows may have been edited; there the server is asked again.
        let refused = progress.refused.filter { $0 <= progress.finishedStatements }
        var cut = planned.separating(refused) ?? planned
        cut.continuation = Continuation(cut, progress)
        return cut
    }

    /// A temporary table is gone with its session, as is what only a statement's run has set,
    /// and nobody can make it again without running statements a second time.
    static func lostObjects(
        _ planned: [PlannedMigration], _ state: DatabaseState, in environment: String
    ) -> [Problem] {
        state.openProgress.compactMap { progress in
            guard let migration = planned.first(where: { $0.name == progress.migration }),
                let (object, user) = migration.script.lostObject(
                    behind: progress.finishedStatements)
            else { return nil }
            return Problem(
                .failed, progress.migration,
                "it cannot be continued: \(loss(object, user)), leaving the first "
                    + "\(progress.finishedStatements) statements as they are\(byHand(progress, environment)).",
                isFinal: true)
        }
    }

    /// What is gone, who needs it, and what to do, without a full stop.
    private static func loss(_ object: SessionObject, _ user: Statement) -> String {
        let place = "statement \(user.ordinal) (line \(user.line))"
        guard object.kind == .setting else {
            return
                "its finished part made the \(object.kind.rawValue) “\(object.name)”, "
                + "which ended with its session, and \(place) needs it. "
                + "Make it again in front of that statement"
        }
        let isNamed = !object.name.isEmpty
        return
            "its finished part set \(isNamed ? "the setting “\(object.name)”" : "a setting") by "
            + "set_config to what only its run knew, which ended with its session, and \(place) "
            + "may need it. Write \(isNamed ? "SET \(object.name) = … or RESET \(object.name)" : "RESET ALL and what is needed") "
            + "in front of that statement"
    }

    /// The finished part of a stepwise script must be the one that ran.
    ///
    /// Nobody may answer for it: finished units are counted, so that units of the script as it
    /// is now would be left out, or run a second time.
    private static func stalePrefixes(
        _ planned: [PlannedMigration], _ state: DatabaseState, in environment: String
    ) -> [Problem] {
        state.openProgress.compactMap { progress in
            guard let migration = planned.first(where: { $0.name == progress.migration }),
                progress.finishedUnits > 0,
                progress.finishedUnits > migration.script.units.count
                    || ActionCompiler.prefix(of: migration.script, units: progress.finishedUnits)
                        != progress.prefix
            else { return nil }
            return Problem(
                .edited, progress.migration,
                "its first \(progress.finishedStatements) statements have run already and were changed since; "
                    + "restore them as they were, and change only what follows\(byHand(progress, environment)).",
                isFinal: true)
        }
    }

    /// What is left to a person where the script cannot be what it was.
    private static func byHand(_ progress: StepwiseProgress, _ environment: String) -> String {
        let command = "sluice resolve \(environment)"
        return "; or look at what is there, finish it or undo it by hand, and say which: "
            + "\(command) --applied \(progress.migration), or \(command) --rolled-back "
            + progress.migration
    }
}
