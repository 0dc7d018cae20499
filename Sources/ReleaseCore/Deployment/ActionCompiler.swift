import Crypto
import PostgresLink
import SQLAnalysis

/// Turns a plan into the actions that carry it out. Pure.
struct ActionCompiler {
    var bookkeeping: Bookkeeping
    /// Stepwise migrations that an earlier run left unfinished.
    var progress: [String: StepwiseProgress] = [:]

    /// The actions of one migration of the plan.
    func actions(of migrations: [PlannedMigration], at index: Int) -> [Action] {
        let planned = migrations[index]
        let actions = actions(planned, index, isLast: index == migrations.count - 1)
        guard let earlier = progress[planned.name] else { return actions }
        return settling(earlier, actions, planned)
    }

    private func actions(_ planned: PlannedMigration, _ index: Int, isLast: Bool) -> [Action] {
        if let earlier = progress[planned.name],
            earlier.finishedUnits >= planned.script.units.count
        {
            return [closing(planned, index, earlier, isLast: isLast)]
        }
        if planned.script.opaqueScan != nil {
            return whole(planned, index, as: .opaque, isLast: isLast)
        }
        switch planned.script.mode {
        case .transactional: return whole(planned, index, as: .transaction, isLast: isLast)
        case .stepwise where isOneTransaction(planned.script):
            return whole(planned, index, as: .transaction, isLast: isLast)
        case .stepwise: return stepwise(planned, index, isLast: isLast)
        }
    }

    /// A script in one BEGIN and COMMIT of its author's: ours takes their place,
    /// and nothing is left to resume.
    private func isOneTransaction(_ script: Script) -> Bool {
        script.units.count == 1 && script.units[0].kind == .transactional
            && script.units[0].ending == .commit
    }

    /// Script, history row and ledger step in one transaction: either all of it
    /// is there afterwards or nothing is.
    private func whole(
        _ planned: PlannedMigration, _ index: Int, as kind: Action.Kind, isLast: Bool
    ) -> [Action] {
        let script = planned.script
        let body =
            kind == .opaque
            ? Piece(role: .script(firstStatement: 0), sql: script.text, statements: 0)
            : self.script(script, script.units[0])
        let earlier = progress[planned.name]
        let id = earlier?.historyID ?? UUID4.make()
        let start = earlier == nil ? [bookkeeping.started(planned.migration, id: id)] : []
        let isReadOnly = script.isReadOnly(script.units[0])
        let isLate = isReadOnly || script.statements.contains(where: \.setsTransaction)
        let modes = kind == .opaque ? nil : script.units[0]
        let opening = [begin(modes)] + (isLate ? [] : start) + localTimeouts(script)
        // Deferred checks now, where a failure can be told from our own COMMIT's.
        let record =
            ["SET CONSTRAINTS ALL IMMEDIATE"] + (isReadOnly ? Self.afterReading : [])
            + bookkeeping.session.reset + (isLate ? start : [])
            + (kind == .opaque
                ? [bookkeeping.startedUnlessKept(planned.migration, id: id)] : [])
            + bookkeeping.reminded(planned) + [bookkeeping.finished(planned.migration, id: id)]
            + (earlier == nil ? [] : bookkeeping.progressClosed(planned.migration))
        let commit = (isLast ? [SessionSettings.durableCommit] : []) + ["COMMIT"]
        let work = Action(
            kind: kind, migration: index, unit: 0,
            pieces: [.bookkeeping(opening), body, .bookkeeping(record + commit)], completes: true,
            isWhole: true)
        guard script.text.mentions("pg_advisory_unlock") else { return [work] }
        // An action of its own: when the lock is taken, the script must not run again.
        return [
            work,
            Action(
                kind: .transaction, migration: index, unit: nil, pieces: [relock],
                completes: false),
        ]
    }

    private func stepwise(_ planned: PlannedMigration, _ index: Int, isLast: Bool) -> [Action] {
        let units = planned.script.units
        let earlier = progress[planned.name]
        let id = earlier?.historyID ?? UUID4.make()
        let firstUnit = earlier?.finishedUnits ?? 0
        var opening: [String] = []
        if earlier == nil {
            opening =
                [bookkeeping.started(planned.migration, id: id)]
                + bookkeeping.progressOpened(
                    planned.migration, id: id, total: planned.script.statements.count)
        }
        if planned.script.refused != earlier?.refused ?? [] {
            opening += bookkeeping.refused(planned.script.refused, of: planned.migration)
        }
        // What is known of an earlier attempt stays until it is settled.
        let isUnsettled = earlier.map { $0.fate != .waiting } ?? false
        if !isUnsettled, let next = planned.script.statementAlone(inUnit: firstUnit) {
            opening += bookkeeping.running(next, of: planned.migration)
        }
        var first = transaction(
            index, opening: [], body: nil, closing: opening, next: units[firstUnit], planned.script)
        let settings = sessionSettings(planned.script, units: firstUnit)
        // In front: the modes they set hold for the next transaction, and our encoding for both.
        if !settings.isEmpty { first.pieces.insert(.bookkeeping(settings), at: 0) }
        return [first]
            + (firstUnit..<units.count).flatMap {
                self.unit($0, of: planned, index, id: id, endsPlan: isLast)
            }
    }

    /// The records alone, where all that was unfinished has been taken out of the script.
    private func closing(
        _ planned: PlannedMigration, _ index: Int, _ earlier: StepwiseProgress, isLast: Bool
    ) -> Action {
        let records =
            bookkeeping.reminded(planned)
            + [bookkeeping.finished(planned.migration, id: earlier.historyID)]
            + bookkeeping.progressClosed(planned.migration)
            + (isLast ? [SessionSettings.durableCommit] : [])
        var action = transaction(
            index, opening: [], body: nil, closing: records, next: nil, planned.script)
        action.completes = true
        return action
    }

    /// The actions of one unit, its progress recorded with it where the server
    /// allows and directly after it where not.
    private func unit(
        _ number: Int, of planned: PlannedMigration, _ index: Int, id: String, endsPlan: Bool
    ) -> [Action] {
        let script = planned.script
        let unit = script.units[number]
        let isLast = number == script.units.count - 1
        let next = isLast ? nil : script.units[number + 1]
        var closing = bookkeeping.advanced(
            planned.migration, units: number + 1, statements: unit.statements.upperBound,
            prefix: Self.prefix(of: script, units: number + 1),
            next: script.statementAlone(inUnit: number + 1))
        if isLast {
            closing += bookkeeping.reminded(planned)
            closing += [bookkeeping.finished(planned.migration, id: id)]
            closing += bookkeeping.progressClosed(planned.migration)
            if endsPlan { closing.append(SessionSettings.durableCommit) }
        }
        var actions: [Action] = []
        if unit.kind == .alone {
            actions.append(
                Action(
                    kind: .alone, migration: index, unit: number,
                    pieces: [self.script(script, unit)],
                    completes: false))
            actions.append(
                transaction(
                    index, opening: [relock], body: nil,
                    closing: patienceAgain(script, behind: unit) + closing, next: next, script))
        } else {
            actions.append(
                transaction(
                    index, opening: [], body: number, closing: closing, next: next, script))
        }
        actions[actions.count - 1].completes = isLast
        return actions
    }

    /// A transaction with an optional unit of the script in it.
    private func transaction(
        _ index: Int, opening: [Piece], body: Int?, closing: [String], next: ExecutionUnit?,
        _ script: Script
    ) -> Action {
        let unit = body.map { script.units[$0] }
        var pieces = opening
        pieces.append(.bookkeeping([begin(unit)] + (unit == nil ? [] : localTimeouts(script))))
        if let unit { pieces.append(self.script(script, unit)) }
        if unit?.ending == .rollback {
            pieces.append(.bookkeeping(["ROLLBACK", "BEGIN READ WRITE"]))
        } else if let unit, script.isReadOnly(unit) {
            pieces.append(.bookkeeping(Self.afterReading))
        }
        // What a script has set holds to its own end, not only to the next COMMIT.
        let start = next == nil ? bookkeeping.session.reset : SessionSettings.asOurselves
        pieces.append(.bookkeeping(start + closing + ["COMMIT"]))
        if let next, next.kind == .alone {
            pieces.append(.bookkeeping(yieldLock(script, before: next)))
        }
        return Action(
            kind: .transaction, migration: index, unit: body, pieces: pieces, completes: false)
    }

    /// A transaction that may not write has no room for our records, and has changed
    /// nothing that would have to be there together with them.
    private static let afterReading = ["COMMIT", "BEGIN READ WRITE"]

    private func begin(_ unit: ExecutionUnit?) -> String {
        // Ours alone writes, whatever default the script has set.
        guard let unit else { return "BEGIN READ WRITE" }
        return unit.begin.map { "BEGIN \($0)" } ?? "BEGIN"
    }

    /// Gives Prisma's lock back before a statement such as CREATE INDEX
    /// CONCURRENTLY, which waits for every transaction that is older: a Prisma
    /// deployment blocked in `pg_advisory_lock` is one, and would wait for us.
    /// Our own key stays, and the unfinished history row stops Prisma.
    ///
    private func yieldLock(_ script: Script, before unit: ExecutionUnit) -> [String] {
        ["SELECT pg_catalog.pg_advisory_unlock(\(DeploymentLock.prisma.key))"]
            + patience(script, unit).map { "SET \($0.name) = \($0.alone)" }
    }

    /// The timeouts of a statement that runs by itself, and those behind it.
    ///
    /// CONCURRENTLY queues nobody behind it, and cut short it leaves an invalid index: no
    /// lock_timeout applies there. VACUUM FULL and the like queue the application as ALTER
    /// TABLE does. What the author sets is left alone.
    private func patience(
        _ script: Script, _ unit: ExecutionUnit
    ) -> [(name: String, alone: String, behind: String)] {
        let directives = script.directives
        let deploy = bookkeeping.session.deploy
        let statement = script.statements[unit.statements.lowerBound]
        var patience: [(name: String, alone: String, behind: String)] = []
        if let own = directives.lockTimeout {
            patience.append(("lock_timeout", "'\(own)'", "\(deploy.lockTimeout.milliseconds)"))
        } else if statement.isConcurrent, !script.mentions("lock_timeout") {
            patience.append(("lock_timeout", "0", "\(deploy.lockTimeout.milliseconds)"))
        }
        if let own = directives.statementTimeout, !script.mentions("statement_timeout") {
            patience.append(
                ("statement_timeout", "'\(own)'", "\(deploy.statementTimeout.milliseconds)"))
        }
        return patience
    }

    private func patienceAgain(_ script: Script, behind unit: ExecutionUnit) -> [String] {
        patience(script, unit).map { "SET \($0.name) = \($0.behind)" }
    }

    /// What the finished units of a script have set for its session: said again
    /// when another session carries on.
    private func sessionSettings(_ script: Script, units: Int) -> [String] {
        script.settings(behind: script.units.prefix(units).last?.statements.upperBound ?? 0)
    }

    /// Takes both locks again without waiting, where this session does not have
    /// them; fails by a division by zero when somebody else has one, which the
    /// runner turns into polling.
    private var relock: Piece {
        .bookkeeping(
            [DeploymentLock.own, DeploymentLock.prisma].map { lock in
                "SELECT 1 / CASE WHEN \(lock.isHeldHere) THEN 1 "
                    + "ELSE pg_catalog.pg_try_advisory_lock(\(lock.key))::int END"
            }, role: .guardsLock)
    }

    private func localTimeouts(_ script: Script) -> [String] {
        [
            script.directives.lockTimeout.map { "SET LOCAL lock_timeout = '\($0)'" },
            script.directives.statementTimeout.map { "SET LOCAL statement_timeout = '\($0)'" },
        ].compactMap { $0 }
    }

    private func script(_ script: Script, _ unit: ExecutionUnit) -> Piece {
        Piece(
            role: .script(firstStatement: unit.statements.lowerBound),
            sql: String(script.sql(of: unit)), statements: unit.statements.count)
    }

    /// Names what has run so far, so that a later run can tell whether the
    /// finished part of a script was edited.
    static func prefix(of script: Script, units: Int) -> String {
        var hash = SHA256()
        for unit in script.units.prefix(units) {
            hash.update(data: Array(sql(of: unit, in: script).utf8) + [0])
        }
        return Hexadecimal.encode(hash.finalize())
    }

    /// The only unit of a transactional script is its whole text. Without what
    /// stands around its statements it is the same as in a stepwise one, so that
    /// a script whose failing end was taken out keeps its prefix.
    private static func sql(of unit: ExecutionUnit, in script: Script) -> Substring {
        guard script.mode.isTransactional, let first = script.statements.first,
            let last = script.statements.last
        else { return script.sql(of: unit) }
        let start = script.text.utf8.index(
            script.text.startIndex, offsetBy: first.range.lowerBound)
        let end = script.text.utf8.index(script.text.startIndex, offsetBy: last.range.upperBound)
        return script.text[start..<end]
    }
}
