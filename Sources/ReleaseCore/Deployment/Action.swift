/// One atomic piece of work against the server.
///
/// A plan is compiled into a list of these, which is then run; the list is a
/// value, so what will be sent can be tested and shown without a server.
struct Action: Sendable {
    /// How it may travel.
    enum Kind: Sendable {
        /// A whole transaction: consecutive ones share a message.
        case transaction
        /// One statement that must be a message of its own, outside a transaction.
        case alone
        /// A script this program could not parse: it travels by itself, so that
        /// nothing of ours can be taken for part of it.
        case opaque
    }

    var kind: Kind
    /// Index of the migration in the plan.
    var migration: Int
    /// The unit of the migration's script, where one is run.
    var unit: Int?
    var pieces: [Piece]
    /// Whether the migration is finished when this action is.
    var completes: Bool
    /// Whether it is the whole migration, so that its failure leaves nothing.
    var isWhole = false
    /// What an earlier run left behind, to be settled before this runs.
    var settling: Settling?
}

/// How a statement stands that an earlier run has sent outside a transaction.
struct Settling: Sendable {
    var fate: Settlement.Fate
    /// What was there before it; `nil` in records of earlier versions.
    var witness: Witness?
    /// Written when it is settled that the statement runs again.
    var records: [String] = []
}

/// A stretch of SQL inside an action.
struct Piece: Sendable {
    enum Role: Sendable, Equatable {
        /// The script's own statements, from this index on.
        case script(firstStatement: Int)
        /// Ours. `guardsLock` marks the statement that fails when Prisma's lock is taken.
        case bookkeeping
        case guardsLock
    }

    var role: Role
    var sql: String
    /// How many statements there are in it.
    var statements: Int
    /// How many of them are our own COMMITs.
    var commits = 0
    /// How many stand behind the last of those.
    var behindCommit = 0

    static func bookkeeping(_ statements: [String], role: Role = .bookkeeping) -> Piece {
        let last = statements.lastIndex(of: "COMMIT")
        return Piece(
            role: role, sql: statements.joined(separator: ";\n"), statements: statements.count,
            commits: statements.count { $0 == "COMMIT" },
            behindCommit: last.map { statements.count - 1 - $0 } ?? 0)
    }
}
