/// Something about the history or the branch that a person must look at
/// before anything is applied. Prisma passes most of these in silence.
public struct Problem: Sendable, Hashable, Codable {
    /// What is wrong. Raw values are the words of the JSON output.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// It started and did not finish; nobody has said what became of it.
        case failed
        /// Its script is not the one that was applied.
        case edited
        /// It was applied and is not on the environment's branch.
        case missing
        /// It is pending and sorts before one that was applied already.
        case outOfOrder = "out-of-order"
        /// History and branch each have migrations that the other lacks.
        case diverged
        /// Its folder or script cannot be used.
        case unreadable
        /// The folder was written for another database or another Prisma.
        case unsupported
        /// The schema differs from what its history produces.
        case drift

        /// Whether somebody may answer for it by naming the migration: what
        /// cannot be read cannot be run either.
        public var isAcceptable: Bool { self != .unreadable && self != .unsupported }
    }

    public var kind: Kind
    /// The migration concerned; empty when the whole folder is meant.
    public var migration: String
    /// One sentence with the facts.
    public var detail: String
    /// Names what exactly is wrong, by checksums or the history row: who has
    /// answered for this has not answered for another change of the same migration.
    public var subject: String
    /// Whether nobody may answer for it, whatever its kind: carrying on would run the wrong
    /// statements and call the outcome a success.
    public var isFinal = false

    // `isFinal` is no word of the JSON output.
    private enum CodingKeys: CodingKey { case kind, migration, detail, subject }

    public init(
        _ kind: Kind, _ migration: String, _ detail: String, subject: String = "",
        isFinal: Bool = false
    ) {
        self.kind = kind
        self.migration = migration
        self.detail = detail
        self.subject = subject
        self.isFinal = isFinal
    }

    /// Whether somebody may answer for it by naming the migration.
    public var isAcceptable: Bool { kind.isAcceptable && !isFinal }

    /// Whether somebody has answered for this very problem before.
    func isCovered(by acceptances: [Acceptance]) -> Bool {
        isAcceptable && !subject.isEmpty
            && acceptances.contains {
                $0.kind == kind.rawValue && $0.migration == migration && $0.checksum == subject
            }
    }
}
