import SQLAnalysis

extension Script {
    /// Whether the author's transaction refuses writes, and so also our records.
    func isReadOnly(_ unit: ExecutionUnit) -> Bool {
        var modes = unit.begin ?? ""
        if let first = statements[unit.statements].first, first.setsTransaction {
            modes += " \(first.text)"
        }
        let words = modes.uppercased().split { !$0.isLetter }
        guard !words.contains("OFF"), !words.contains("FALSE") else { return false }
        return zip(words, words.dropFirst()).contains { $0 == "READ" && $1 == "ONLY" }
    }
}

extension Statement {
    /// Whether it is SET TRANSACTION or sets one of the variables behind it, such as
    /// `transaction_isolation`: it must come before any query, so also before ours.
    var setsTransaction: Bool {
        guard tag == "SET" else { return false }
        let words = text.prefix(60).uppercased()
            .split { $0.isWhitespace || $0 == "=" || $0 == "\"" }.dropFirst()
        let name =
            ["LOCAL", "SESSION"].contains(words.first) ? words.dropFirst().first : words.first
        return name == "TRANSACTION" || name?.hasPrefix("TRANSACTION_") == true
    }
}
