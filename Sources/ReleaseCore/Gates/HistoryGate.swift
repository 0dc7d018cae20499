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
            wayOut: first.kind.isAcceptable
                ? "see above; or answer for it with --accept \(first.migration)"
                : "correct the folder on its branch")
    }

    private static func named(_ problem: Problem) -> String {
        "\(problem.migration) is \(problem.kind.rawValue)"
    }
}
