/// Nothing in history or branch needs a person first.
struct HistoryGate {
    var plan: Plan

    var result: GateResult {
        guard let first = plan.problems.first else {
            let accepted =
                plan.accepted.isEmpty
                ? ""
                : "; accepted by name: \(plan.accepted.map(Self.named).joined(separator: ", "))"
            return GateResult(
                .history, .pass,
                "\(plan.appliedCount) applied; none failed, edited, missing, out of order or diverged\(accepted)."
            )
        }
        let more = plan.problems.count == 1 ? "" : " and \(plan.problems.count - 1) more"
        return GateResult(
            .history, .block, "\(Self.named(first))\(more).",
            details: plan.problems.map { "\($0.kind.rawValue) \($0.migration): \($0.detail)" },
            wayOut: Self.wayOut(first))
    }

    private static func wayOut(_ problem: Problem) -> String {
        if problem.isAcceptable {
            return "see above; or answer for it with --accept \(problem.migration)"
        }
        // What cannot be answered for says itself what to do.
        return problem.isFinal ? "see above" : "correct the folder on its branch"
    }

    private static func named(_ problem: Problem) -> String {
        "\(problem.migration) is \(problem.kind.rawValue)"
    }
}
