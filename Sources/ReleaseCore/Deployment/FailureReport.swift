import PostgresLink
import SQLAnalysis

/// Finds the statement and the line an error belongs to, and says what state
/// the database is in.
struct FailureReport {
    var planned: PlannedMigration
    var action: Action
    var error: PostgresError
    var place: Message.Placement?
    /// Whether the retries for a lock were used up.
    var exhausted: Bool
    /// Whether a script we cannot read had ended our transaction before it failed.
    var leftTransaction: Bool
    /// Whether a ledger keeps the progress, so that a later run can carry on.
    var recordsProgress: Bool

    private var script: Script { planned.script }

    var failure: DeploymentFailure {
        let place = location
        return DeploymentFailure(
            migration: planned.name, statement: place.statement?.ordinal,
            line: place.source?.line ?? place.statement?.line, column: place.source?.column,
            excerpt: excerpt(place.source?.line ?? place.statement?.line).flatMap {
                $0.count <= 200 ? $0 : nil
            },
            sqlState: error.state, message: error.message,
            detail: error.detail, hint: error.hint, databaseState: databaseState, next: next,
            isTransient: isTransient)
    }

    private var isTransient: Bool {
        error.state == .lockNotAvailable || error.state == .deadlockDetected
    }

    /// The statement and, where the server gave a position, the exact place.
    private var location: (statement: Statement?, source: SourceLocation?) {
        guard let place, action.pieces.indices.contains(place.piece),
            case .script(let firstStatement) = action.pieces[place.piece].role
        else { return (nil, nil) }
        let unit = action.unit.map { script.units[$0] }
        if let position = error.position {
            // A script we cannot read is a message of its own, and so counted from its start.
            let start = action.kind == .opaque ? 0 : place.characters.lowerBound
            let source = script.location(
                ofCharacter: position - start,
                in: script.opaqueScan == nil ? unit : nil)
            return (script.statement(atUTF8: source.offset), source)
        }
        let index = firstStatement + error.completedStatements - place.statements.lowerBound
        guard script.statements.indices.contains(index) else { return (nil, nil) }
        return (script.statements[index], nil)
    }

    private func excerpt(_ line: Int?) -> String? {
        guard let line else { return nil }
        // Scalars, since Swift takes CRLF for one character that is no “\n”.
        let lines = script.text.unicodeScalars.split(
            separator: "\n", maxSplits: line, omittingEmptySubsequences: false)
        guard lines.indices.contains(line - 1) else { return nil }
        return String(String.UnicodeScalarView(lines[line - 1].filter { $0 != "\r" }))
    }

    private var databaseState: String {
        if leftTransaction {
            return
                "unknown: the script ended its transaction itself before it failed. What stood before its last COMMIT is in the database, and its history row may be unfinished."
        }
        if action.isWhole {
            return
                "rolled back: nothing of this migration is in the database, and its history has no trace of it."
        }
        return "\(finished); its history row is unfinished, so Prisma stops here too. \(leftover)"
    }

    private var finished: String {
        let total = script.statements.count
        // Between two units, where only our own records stand.
        guard let unit = action.unit else {
            return "a part of its \(total) statements is in the database"
        }
        let done = script.units[unit].statements.lowerBound
        return done == 0
            ? "no statement of \(total) is finished"
            : "the first \(done) of \(total) statements are in the database"
                + (recordsProgress ? " and recorded" : "")
    }

    private var leftover: String {
        guard let statement = statementAlone else {
            return "The statements after them were rolled back."
        }
        return "The statement that failed ran outside a transaction and may have "
            + (["CREATE INDEX CONCURRENTLY", "REINDEX CONCURRENTLY"].contains(statement.tag)
                ? "left an invalid index." : "done a part of its work.")
    }

    /// The statement that ran by itself.
    private var statementAlone: Statement? {
        action.kind == .alone ? action.unit.flatMap(script.statementAlone) : nil
    }

    private var next: [String] {
        if leftTransaction {
            return [
                "look at what is there, then say what became of it: sluice resolve ENV --applied \(planned.name), or --rolled-back \(planned.name)."
            ]
        }
        if isTransient {
            return [
                exhausted
                    ? "every retry found the lock taken; run it again at a quieter time, or raise deploy.lock_retries."
                    : "run it again: another transaction was in the way."
            ]
        }
        if let missing = MissingExtension(state: error.state, message: error.message) {
            return [missing.advice(on: "on the database's server")]
        }
        switch error.state {
        case .insufficientPrivilege:
            return ["grant the role what it lacks, or deploy as the owner, then run it again."]
        case .readOnlyTransaction
        where action.unit.map({ script.isReadOnly(script.units[$0]) }) == true:
            return [
                "the script's own transaction is READ ONLY: correct it on its branch, then run it again."
            ]
        case .readOnlyTransaction:
            return ["point the environment at the primary server, then run it again."]
        default: break
        }
        // Insufficient resources and system errors (manual, appendix A): the script is fine.
        if let kind = error.state?.rawValue.prefix(2), ["53", "58"].contains(kind) {
            return [
                "mend the server (its disk, memory, connections or files), then run it again."
            ]
        }
        if let statement = statementAlone, ["CALL", "DO"].contains(statement.tag) {
            return [
                "what \(statement.tag) has committed stays, and it is not run a second time: look what is there, finish it or undo it by hand, then sluice resolve ENV --applied \(planned.name), or --rolled-back \(planned.name)."
            ]
        }
        if action.isWhole { return ["correct the script on its branch, then run it again."] }
        return recordsProgress
            ? [
                "correct the unfinished part of the script on its branch, then run it again: it continues behind the finished statements."
            ]
            : [
                "without a ledger nothing remembers how far it came: finish it or undo it by hand, then sluice resolve ENV --applied \(planned.name), or --rolled-back \(planned.name)."
            ]
    }
}
