/// Finds what somebody probably meant to write.
public enum NearestWord {
    /// The candidate with the smallest edit distance, if it is close enough to
    /// be a slip of the fingers.
    public static func to(_ word: String, among candidates: some Sequence<String>) -> String? {
        let ranked = candidates.map { ($0, distance(Array(word), Array($0))) }
        guard let best = ranked.min(by: { $0.1 < $1.1 }) else { return nil }
        return best.1 <= max(2, word.count / 3) ? best.0 : nil
    }

    /// Levenshtein's distance, one row at a time.
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let substitution = diagonal + (x == y ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = Swift.min(substitution, row[j] + 1, diagonal + 1)
            }
        }
        return row[b.count]
    }
}
