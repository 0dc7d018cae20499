/// Every migration that takes something away says how to go back.
struct RollbackNotesGate {
    /// The way back of a migration, where there is one.
    enum Notes: Sendable, Hashable {
        /// `ROLLBACK.md` in its folder.
        case file
        /// A hotfix for it, on this branch or on one of its own.
        case hotfix(String)
        /// It is a hotfix itself: what it undoes is its way back.
        case isHotfix(of: String)
    }

    static let fileName = "ROLLBACK.md"

    var environment: String
    /// Migrations that take something away, in order.
    var destructive: [String]
    var notes: [String: Notes]

    var result: GateResult {
        guard !destructive.isEmpty else {
            return GateResult(.rollbackNotes, .pass, "no migration takes anything away.")
        }
        let without = destructive.filter { notes[$0] == nil }
        guard let first = without.first else {
            return GateResult(
                .rollbackNotes, .pass, destructive.map(described).joined(separator: "; ") + ".")
        }
        let more = without.count == 1 ? "" : " (and \(without.count - 1) more)"
        return GateResult(
            .rollbackNotes, .block,
            "\(first)\(more) takes something away and has no way back: neither \(Self.fileName) in its folder nor a proven hotfix for it.",
            details: without.count == 1 ? [] : without,
            wayOut:
                "sluice hotfix \(first)   (its branch stays unmerged until it is needed; or commit a \(Self.fileName) in the folder)"
        )
    }

    private func described(_ name: String) -> String {
        switch notes[name] {
        case .file: "\(name) has a \(Self.fileName)"
        case .hotfix(let hotfix): "\(name) has the hotfix \(hotfix)"
        case .isHotfix(let undone): "\(name) is itself the way back from \(undone)"
        case nil: "\(name) has nothing"
        }
    }
}
