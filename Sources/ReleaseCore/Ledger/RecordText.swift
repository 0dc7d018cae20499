import PostgresLink

/// Fits our own words into databases that cannot hold every character.
///
/// Scripts are never touched: what their database cannot hold the server refuses.
enum RecordText {
    /// - Parameters:
    ///   - text: what is to be written down.
    ///   - encoding: the database's, as `server_encoding` names it.
    /// - Returns: the text itself where the database holds Unicode or does not care; otherwise
    ///   without typographic signs, and with a question mark for what LATIN1 does not have.
    static func fitting(_ text: String, encoding: String?) -> String {
        guard let encoding, !["UTF8", "SQL_ASCII"].contains(encoding),
            text.utf8.contains(where: { $0 >= 0x80 })
        else { return text }
        var fitting = ""
        for scalar in text.unicodeScalars {
            if let plain = plain[scalar] {
                fitting += plain
            } else if encoding == "LATIN1", scalar.value > 0xFF {
                fitting += "?"
            } else {
                fitting.unicodeScalars.append(scalar)
            }
        }
        return fitting
    }

    /// Nothing that means anything inside a literal of SQL or of JSON.
    private static let plain: [Unicode.Scalar: String] = [
        "“": "`", "”": "`", "‘": "`", "’": "`", "…": "...", "–": "-", "—": "-", "→": "->",
        "←": "<-", "≥": ">=", "≤": "<=", "×": "x", "·": "-", "✓": "ok", "✗": "no",
    ]
}

extension PostgresSession {
    /// Runs statements that only say what sluice itself wants written down.
    ///
    /// - Throws: `PostgresError`.
    @discardableResult
    func record(_ sql: String) throws -> [ResultSet] {
        try execute(RecordText.fitting(sql, encoding: serverEncoding))
    }
}
