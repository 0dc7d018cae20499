import SQLAnalysis

extension Script {
    /// Whether the author's transaction refuses writes, and so also our records.
    func isReadOnly(_ unit: ExecutionUnit) -> Bool {
        var modes = unit.begin ?? ""
        if let first = statements[unit.statements].first, first.setsTransaction {
            modes += " \(first.text)"
        }
        let words = modes.uppercased().split { !$0.isLetter }
        return zip(words, words.dropFirst()).contains { $0 == "READ" && $1 == "ONLY" }
    }
}

extension Statement {
    /// Whether it is SET TRANSACTION, which must come before any query, so also before ours.
    var setsTransaction: Bool {
        text.prefix(40).uppercased().split(whereSeparator: \.isWhitespace)
            .starts(with: ["SET", "TRANSACTION"])
    }
}
