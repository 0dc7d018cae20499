import ArgumentParser
import ReleaseCore

/// The flags by which somebody answers for what stands in the way.
struct AnswerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Go on although this migration is edited, missing, out of order or failed.",
            valueName: "migration"))
    var accept: [String] = []

    @Option(
        help: ArgumentHelp(
            "The data this migration deletes or changes may go.", valueName: "migration"))
    var acceptLoss: [String] = []

    @Option(
        help: ArgumentHelp(
            "The findings of this migration are known; needs --reason.", valueName: "migration"))
    var acceptFinding: [String] = []

    @Option(
        help: ArgumentHelp(
            "Go past this gate; needs --reason, and the file must name you in overridable_by.",
            valueName: "gate"))
    var `override`: [String] = []

    @Option(help: ArgumentHelp("Why, for the ledger.", valueName: "text"))
    var reason: String?

    func validate() throws {
        if !acceptFinding.isEmpty, reason == nil {
            throw ValidationError("--accept-finding needs --reason TEXT.")
        }
        if !self.override.isEmpty, reason == nil {
            throw ValidationError("--override needs --reason TEXT.")
        }
        for name in self.override where GateName(rawValue: name) == nil {
            let names = GateName.allCases.map(\.rawValue)
            let hint = NearestWord.to(name, among: names).map { " Did you mean \($0)?" } ?? ""
            throw ValidationError("there is no gate “\(name)”.\(hint)")
        }
    }

    func answers() throws -> GateAnswers {
        GateAnswers(
            losses: Set(acceptLoss), findings: Set(acceptFinding),
            overrides: Set(self.override.compactMap(GateName.init)), reason: reason)
    }

    /// As they are written on the command line.
    var words: [String] {
        let lists = [
            ("--accept", accept), ("--accept-loss", acceptLoss),
            ("--accept-finding", acceptFinding), ("--override", self.override),
            ("--reason", reason.map { [$0] } ?? []),
        ]
        return lists.flatMap { flag, values in
            values.flatMap { [flag, PlanPrinter.quoted($0)] }
        }
    }
}
