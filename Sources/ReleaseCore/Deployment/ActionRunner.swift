import PostgresLink
import SQLAnalysis

/// Sends the actions of a plan to the server, in as few messages as possible.
struct ActionRunner {
    /// How a run of all actions ended.
    enum Outcome {
        case finished
        case failed(DeploymentFailure)
        case interrupted
        /// The server refuses a statement in a transaction; it was rolled back.
        case refusedInTransaction(PlannedMigration, unit: Int, statement: Statement)
        /// The connection is gone; only the history knows how far it came.
        case connectionLost(PostgresError)
    }

    let migrations: [PlannedMigration]
    private var actions: ActionQueue
    /// The next message, put together while the server is at work on the one before.
    private var following: Message?
    let settings: SessionSettings
    let interrupt: Interrupt
    let report: @Sendable (DeploymentEvent) -> Void
    /// Names of migrations known to be committed, in order.
    private(set) var applied: [String] = []
    /// When this run began: what an earlier one has left is no part of a migration's time.
    private var began = ContinuousClock.now
    /// Attempts of the migration that is being retried.
    private var attempts = 1
    /// Whether the actions keep a stepwise migration's progress in a ledger.
    var recordsProgress = true
    /// Whether the script that was sent last is one we cannot read.
    private var isInsideOpaque = false

    /// Messages stay below these bounds, so that progress shows and memory
    /// stays small whatever the number of migrations.
    private static let longestMessage = (migrations: 100, bytes: 256 * 1024)

    init(
        _ migrations: [PlannedMigration], _ compiler: ActionCompiler, settings: SessionSettings,
        interrupt: Interrupt, report: @escaping @Sendable (DeploymentEvent) -> Void
    ) {
        self.migrations = migrations
        actions = ActionQueue(migrations, compiler)
        self.settings = settings
        self.interrupt = interrupt
        self.report = report
    }

    /// Runs everything, in order, until the first failure.
    mutating func run(_ session: PostgresSession) -> Outcome {
        interrupt.watch(session)
        defer { interrupt.watch(nil) }
        began = .now
        var next = 0
        var limit = Int.max
        while actions.reaches(next) {
            if interrupt.isRaised { return .interrupted }
            let message = message(from: next, to: limit)
            announce(message)
            do {
                try send(message, session)
                next = message.actions.upperBound
                actions.forget(before: next)
                limit = Int.max
                attempts = 1
            } catch {
                switch recover(from: error, message, session) {
                case .stop(let outcome): return outcome
                case .goOn(let action, let before): (next, limit) = (action, before)
                }
            }
        }
        return .finished
    }

    private mutating func message(from first: Int, to limit: Int) -> Message {
        defer { following = nil }
        if let following, following.actions.lowerBound == first, limit == .max { return following }
        return gather(from: first, to: limit)
    }

    private mutating func gather(from first: Int, to limit: Int) -> Message {
        var message = Message(startingAt: first)
        while message.actions.upperBound < limit, actions.reaches(message.actions.upperBound) {
            let action = actions[message.actions.upperBound]
            guard message.isEmpty || action.kind == .transaction else { break }
            message.append(action)
            if action.kind != .transaction
                || message.actions.count >= Self.longestMessage.migrations
                || message.text.utf8.count >= Self.longestMessage.bytes
            {
                break
            }
        }
        return message
    }

    private func announce(_ message: Message) {
        let action = actions[message.actions.lowerBound]
        guard let statement = statement(of: action) else { return }
        report(
            .runningAlone(migration: migrations[action.migration].name, tag: statement.tag))
    }

    private mutating func send(_ message: Message, _ session: PostgresSession) throws(PostgresError)
    {
        let action = actions[message.actions.lowerBound]
        var milliseconds = 0
        var finished: [(Int, Int)] = []
        isInsideOpaque = false
        do {
            switch action.kind {
            case .alone:
                try monitor(session).watching(session) { try sendAlone(action, session) }
            case .opaque:
                for piece in action.pieces {
                    if case .script = piece.role { isInsideOpaque = true }
                    try session.execute(piece.sql)
                    isInsideOpaque = false
                }
                finished = [(message.actions.lowerBound, 0)]
            case .transaction:
                var progress = MessageProgress(message)
                do {
                    try monitor(session).watching(session) {
                        _ = try session.execute(message.text) { _, result in
                            if result.columns.count == 1,
                                let value = result.scalar.flatMap({ Int($0) })
                            {
                                milliseconds = value
                            }
                            if let action = progress.take(result.tag) {
                                finished.append((action, milliseconds))
                            }
                        } meanwhile: {
                            following = gather(from: message.actions.upperBound, to: .max)
                        }
                    }
                } catch var error as PostgresError {
                    error.completedStatements = progress.completedStatements
                    throw error
                }
            }
        } catch let error as PostgresError {
            note(finished)
            throw error
        } catch {
            throw PostgresError(state: nil, message: "\(error)", connectionLost: true)
        }
        note(finished)
    }

    /// Lets a second connection tell what the statement waits for.
    private func monitor(_ session: PostgresSession) -> DeploymentMonitor {
        DeploymentMonitor(target: session.target, report: report)
    }

    /// Sends a statement by itself, unless an earlier run's turns out to have
    /// done its work.
    private func sendAlone(_ action: Action, _ session: PostgresSession) throws {
        if let settling = action.settling {
            let settlement = Settlement(session: session)
            guard let statement = statement(of: action) else {
                if let witness = settling.witness { try settlement.clear(witness) }
                return
            }
            switch try settlement.settle(statement, settling.fate, settling.witness) {
            case .isDone: return
            case .isUnknowable: throw Self.unknowable(statement)
            case .run: for record in settling.records { try session.execute(record) }
            }
        }
        for piece in action.pieces { try session.execute(piece.sql) }
    }

    private static func unknowable(_ statement: Statement) -> PostgresError {
        PostgresError(
            state: nil,
            message:
                "an earlier run was cut short or failed in this \(statement.tag), which may have committed part of its work",
            hint:
                "Look in the database what it has done, then say so with “sluice resolve”; it is not run a second time."
        )
    }

    private func statement(of action: Action) -> Statement? {
        guard action.kind == .alone else { return nil }
        return action.unit.flatMap(migrations[action.migration].script.statementAlone)
    }

    /// Reports the migrations that were committed by now.
    private mutating func note(_ finished: [(action: Int, milliseconds: Int)]) {
        for (index, milliseconds) in finished where actions[index].completes {
            let migration = actions[index].migration
            let isContinued = migrations[migration].continuation != nil
            applied.append(migrations[migration].name)
            report(
                .applied(
                    migration: migrations[migration].name, index: migration + 1,
                    of: migrations.count,
                    milliseconds: isContinued
                        ? Int((ContinuousClock.now - began) / .milliseconds(1)) : milliseconds))
        }
    }

    private enum Recovery {
        case stop(Outcome)
        /// Continue with this action, sending no action at or behind the limit.
        case goOn(Int, before: Int)
    }

    private mutating func recover(
        from error: PostgresError, _ message: Message, _ session: PostgresSession
    ) -> Recovery {
        if error.connectionLost { return .stop(.connectionLost(error)) }
        let place = self.place(of: error, in: message)
        let index = place?.action ?? message.actions.lowerBound
        let leftTransaction = isInsideOpaque && !session.isInTransaction
        do {
            // What clears up must not be cancelled in its turn.
            interrupt.watch(nil)
            if session.isInTransaction { try session.execute("ROLLBACK") }
            // Between the units of a stepwise script its own settings stay.
            if actions[index].isWhole { try reset(session) }
            if interrupt.isRaised { return .stop(.interrupted) }
            interrupt.watch(session)
            // A syntax error stops the whole message before its first statement runs:
            // what stands before the culprit goes first, in a message of its own.
            if error.completedStatements == 0, index > message.actions.lowerBound {
                return .goOn(message.actions.lowerBound, before: index)
            }
            if isBusyGuard(error, place) {
                return try waitForLock(session)
                    ? .goOn(index, before: .max) : .stop(.interrupted)
            }
            if mayRetry(error, actions[index]), !leftTransaction {
                retry(error, index)
                return .goOn(index, before: .max)
            }
            if !leftTransaction, let outcome = refusal(error, place) { return .stop(outcome) }
            try reset(session)
        } catch let error as PostgresError where error.connectionLost {
            return .stop(.connectionLost(error))
        } catch {}
        return .stop(
            .failed(failure(error, action: index, place, leftTransaction: leftTransaction)))
    }

    private func reset(_ session: PostgresSession) throws {
        try session.execute(settings.reset.joined(separator: ";"))
    }

    /// Some statements only the server knows to need no transaction around them: the CALL
    /// of a procedure that commits, REINDEX of a partitioned table.
    private func refusal(_ error: PostgresError, _ place: Message.Placement?) -> Outcome? {
        guard let place, actions[place.action].kind == .transaction,
            case .script(let first) = actions[place.action].pieces[place.piece].role,
            let unit = actions[place.action].unit
        else { return nil }
        let planned = migrations[actions[place.action].migration]
        let index = first + error.completedStatements - place.statements.lowerBound
        guard planned.script.statements.indices.contains(index) else { return nil }
        let statement = planned.script.statements[index]
        let mayStandAlone =
            switch error.state {
            case .activeTransaction:
                !statement.setsTransaction && error.routine == "PreventInTransactionBlock"
            case .invalidTransactionTermination:
                ["CALL", "DO"].contains(statement.tag) && error.routine?.contains("SPI_") ?? false
            default: false
            }
        // What a savepoint takes back cannot stand alone.
        let statements = planned.script.statements[planned.script.units[unit].statements]
        guard mayStandAlone, !statements.contains(where: { $0.control == .savepoint }),
            let separated = planned.separating([index])
        else { return nil }
        return .refusedInTransaction(separated, unit: unit, statement: statement)
    }

    private func isBusyGuard(_ error: PostgresError, _ place: Message.Placement?) -> Bool {
        guard error.state == .divisionByZero, let place else { return false }
        return actions[place.action].pieces[place.piece].role == .guardsLock
    }

    /// Prisma took its lock while a statement ran by itself. It finds our
    /// unfinished row and gives up by itself.
    private func waitForLock(_ session: PostgresSession) throws -> Bool {
        let result = try DeploymentLock.acquire(
            session, budget: .seconds(3600), interrupt: interrupt
        ) { report(.waitingForLock($0)) }
        if case .held = result { return true }
        return false
    }

    private func mayRetry(_ error: PostgresError, _ action: Action) -> Bool {
        (action.kind != .alone || statement(of: action)?.mayRunAgain ?? false)
            && attempts <= settings.deploy.lockRetries
            && (error.state == .lockNotAvailable || error.state == .deadlockDetected)
    }

    private mutating func retry(_ error: PostgresError, _ index: Int) {
        report(
            .retrying(
                migration: migrations[actions[index].migration].name, attempt: attempts,
                of: settings.deploy.lockRetries, reason: error.message))
        // Full jitter keeps several clients from meeting at the same moment again.
        let longest = min(5000, 100 << min(attempts, 6))
        DeploymentLock.pause(milliseconds: Int.random(in: 50...longest))
        attempts += 1
    }

    private func place(of error: PostgresError, in message: Message) -> Message.Placement? {
        let first = actions[message.actions.lowerBound]
        if first.kind == .alone { return message.placements.first }
        if first.kind == .opaque { return message.placements.dropFirst().first }
        if let position = error.position, let place = message.placement(ofCharacter: position) {
            return place
        }
        return message.placement(ofStatement: error.completedStatements)
    }

    private func failure(
        _ error: PostgresError, action index: Int, _ place: Message.Placement?,
        leftTransaction: Bool
    ) -> DeploymentFailure {
        let action = actions[index]
        return FailureReport(
            planned: migrations[action.migration], action: action, error: error, place: place,
            exhausted: attempts > settings.deploy.lockRetries, leftTransaction: leftTransaction,
            recordsProgress: recordsProgress
        ).failure
    }
}
