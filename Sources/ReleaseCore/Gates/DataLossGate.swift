/// What destructive statements would lose in this database, counted now, is nothing
/// or somebody has answered for it by naming the migration.
struct DataLossGate {
    var environment: String
    var counted: [CountedLoss]
    /// Why nothing could be counted.
    var failure: String?
    /// Named on the command line or in the file.
    var accepted: Set<String>

    var result: GateResult {
        if let failure {
            return GateResult(
                .dataLoss, .block, "what would be lost could not be counted: \(failure)",
                wayOut: "mend that, then run it again")
        }
        guard !counted.isEmpty else {
            return GateResult(.dataLoss, .pass, "no statement takes anything away.")
        }
        let lost = counted.filter { !$0.isNothing }
        let unanswered = lost.filter { !accepted.contains($0.migration) }
        guard let first = unanswered.first else { return passed(lost) }
        let names = Array(Set(unanswered.map(\.migration))).sorted()
        let more = unanswered.count == 1 ? "" : " and \(unanswered.count - 1) more"
        return GateResult(
            .dataLoss, .block, "this would be lost: \(first.line)\(more).",
            details: unanswered.count == 1 ? [] : unanswered.map(\.line),
            wayOut:
                "keep the data elsewhere first, or answer for the loss with "
                + names.map { "--accept-loss \($0)" }.joined(separator: " "))
    }

    private func passed(_ lost: [CountedLoss]) -> GateResult {
        guard !lost.isEmpty else {
            let places = counted.count == 1 ? "in the one place" : "in all \(counted.count) places"
            return GateResult(
                .dataLoss, .pass, "counted now: nothing would be lost \(places) that could lose.",
                details: counted.map(\.line))
        }
        return GateResult(
            .dataLoss, .pass,
            "the loss is accepted by name: \(lost[0].line)"
                + (lost.count == 1 ? "." : " and \(lost.count - 1) more."),
            details: lost.map(\.line))
    }
}
