import ReleaseCore
import SQLAnalysis

/// Where a half-finished migration is carried on, as people read it.
enum ContinuationText {
    /// For the end of a run that was stopped.
    static func afterInterrupt(_ continuation: Continuation) -> String {
        let (finished, total) = (continuation.finished, continuation.total)
        let done =
            switch finished {
            case 0: "none of its \(total) statements is finished"
            case 1: "its first statement of \(total) is in the database and recorded"
            default: "its first \(finished) of \(total) statements are in the database and recorded"
            }
        guard let next = continuation.next else {
            return "\(continuation.migration): \(done). The next run completes its record."
        }
        let settling = continuation.isSent ? ", after settling what became of it" : ""
        return
            "\(continuation.migration): \(done). The next run continues at \(place(next))\(settling)."
    }

    /// For a plan.
    static func inPlan(_ continuation: Continuation) -> String {
        guard let next = continuation.next else {
            return "all \(continuation.total) statements are finished; only its record is missing."
        }
        return
            "\(continuation.finished) of \(continuation.total) statements are finished; continued at \(place(next))."
    }

    private static func place(_ statement: Statement) -> String {
        "statement \(statement.ordinal) (line \(statement.line), \(statement.tag))"
    }
}
