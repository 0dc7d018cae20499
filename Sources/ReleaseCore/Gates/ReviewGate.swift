/// Enough people other than the authors have signed the plan off.
struct ReviewGate {
    /// What was found.
    enum Evidence: Sendable {
        /// Sign-offs of this plan.
        case approvals([Approval])
        /// Who reviewed, by migration: trailers of the commits that brought them.
        case trailers([String: [Person]])
        /// Why it could not be found out.
        case failure(String)
    }

    var plan: Plan
    var wanted: Int
    /// Who wrote the pending migrations.
    var authors: [Person]
    var evidence: Evidence

    var result: GateResult {
        switch evidence {
        case .failure(let reason):
            GateResult(.review, .block, reason, wayOut: "mend that, then run it again")
        case .approvals(let approvals): judge(approvals)
        case .trailers(let reviewers): judge(reviewers)
        }
    }

    private var approve: String {
        // The digest is in what “sluice plan” shows: a refusal does not hand it out.
        "somebody else reads sluice plan \(plan.environment), then sluice approve \(plan.environment) --plan DIGEST"
    }

    private func judge(_ approvals: [Approval]) -> GateResult {
        var notes: [String] = []
        let counting = approvals.filter { approval in
            if let objection = approval.objection {
                notes.append("\(approval.person.text): \(objection)")
                return false
            }
            if authors.contains(where: approval.person.isSame) {
                notes.append("\(approval.person.text) wrote one of the pending migrations")
                return false
            }
            return true
        }
        let people = counting.map(\.person).distinct
        guard people.count >= wanted else {
            return GateResult(
                .review, .block,
                "\(people.count) of \(wanted) people other than the authors have approved this plan.",
                details: notes, wayOut: approve)
        }
        let last = counting.last.map { " (\($0.at))" } ?? ""
        return GateResult(
            .review, .pass, "approved by \(people.map(\.text).joined(separator: ", "))\(last).",
            details: notes)
    }

    private func judge(_ reviewers: [String: [Person]]) -> GateResult {
        let counts = plan.migrations.map { planned in
            let people = (reviewers[planned.name] ?? []).distinct.filter { reviewer in
                !authors.contains(where: reviewer.isSame)
            }
            return (name: planned.name, people: people)
        }
        if let short = counts.first(where: { $0.people.count < wanted }) {
            return GateResult(
                .review, .block,
                "\(short.name) was merged with \(short.people.count) of \(wanted) Reviewed-by or Approved-by trailers of people other than the authors.",
                wayOut: "merge it with such a trailer in the merge commit's message")
        }
        let everybody = counts.flatMap(\.people).distinct.map(\.text).joined(separator: ", ")
        return GateResult(
            .review, .pass, "reviewed by \(everybody), by the merge commits' trailers.")
    }
}
