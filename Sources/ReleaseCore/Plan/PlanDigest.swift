import Crypto

/// The name of a plan: a SHA-256 over everything that decides what will run.
///
/// It covers the environment, the commit, the ordered names and checksums and
/// the history the plan was computed against. Whatever changes one of them
/// gives another digest, so a digest that was inspected or approved stands for
/// that plan only.
public enum PlanDigest {
    /// How many digits output shows and `--plan` needs at least.
    public static let shortLength = 12

    static func of(
        environment: String, commit: String?, pending: [Migration], history: History
    ) -> String {
        var hash = SHA256()
        func add(_ field: String) {
            // The length in front keeps neighbouring fields apart.
            var text = "\(field.utf8.count):\(field)"
            text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        }
        for field in ["sluice-plan-1", environment, commit ?? ""] { add(field) }
        for migration in pending {
            for field in ["pending", migration.name, migration.checksum] { add(field) }
        }
        for row in history.rows {
            for field in ["history", row.name, row.checksum, word(for: row.state)] { add(field) }
        }
        return Hexadecimal.encode(hash.finalize())
    }

    /// How many digits a digest has.
    public static let length = 64

    /// What is wrong with the text a person gave as a digest; `nil` where it may be one.
    public static func complaint(_ given: String) -> String? {
        guard given.count <= length else {
            return
                "--plan has \(given.count) digits, and a digest has \(length): take it from “sluice plan” once more."
        }
        guard given.count >= shortLength, given.allSatisfy(\.isHexDigit) else {
            return
                "--plan takes at least \(shortLength) hexadecimal digits of the digest that “sluice plan” prints."
        }
        return nil
    }

    /// Whether the text a person gave names this digest.
    public static func matches(_ given: String, _ digest: String) -> Bool {
        let given = given.lowercased()
        return given.count >= shortLength && digest.hasPrefix(given)
    }

    private static func word(for state: HistoryRow.State) -> String {
        switch state {
        case .applied: "applied"
        case .failed: "failed"
        case .rolledBack: "rolled-back"
        }
    }
}
