/// The latest backup is young enough, and it can be read.
struct BackupGate {
    /// What a look at the backup found.
    struct Evidence: Sendable, Hashable {
        /// What it is called.
        var name: String
        /// When it was made, in seconds since 1970.
        var madeAt: Double
        /// In bytes.
        var size: Int?
        /// SHA-256 of the file.
        var checksum: String?
        /// What was done to see that it can be read.
        var proof: String
        /// What else there is to know about it.
        var notes: [String] = []
    }

    var maxAge: Duration
    var now: Double
    /// Clocks of two machines may differ by so much.
    private static let skew = 300.0

    func result(_ look: Result<Evidence, BackupProblem>) -> GateResult {
        switch look {
        case .failure(let problem):
            return GateResult(
                .backup, .block, problem.message, wayOut: "make a backup that can be read")
        case .success(let backup):
            let age = now - backup.madeAt
            guard age > -Self.skew else {
                return GateResult(
                    .backup, .block,
                    "\(backup.name) is said to be made in the future: clocks disagree.",
                    wayOut: "set the clocks")
            }
            let words = DurationText.describe(.seconds(Int64(max(0, age))))
            guard age <= Double(maxAge.milliseconds) / 1000 else {
                return GateResult(
                    .backup, .block,
                    "the latest backup, \(backup.name), is \(words) old; at most \(DurationText.describe(maxAge)) are allowed.",
                    details: details(backup), wayOut: "make a backup, then run it again")
            }
            let notes = backup.notes.map { "; \($0)" }.joined()
            return GateResult(
                .backup, .pass, "\(backup.name) is \(words) old; \(backup.proof)\(notes).",
                details: details(backup))
        }
    }

    private func details(_ backup: Evidence) -> [String] {
        [
            backup.size.map { "\($0) bytes" }, backup.checksum.map { "SHA-256 \($0)" },
        ].compactMap { $0 }
    }
}

/// Why there is no backup to count on.
struct BackupProblem: Error, Hashable {
    var message: String
}
