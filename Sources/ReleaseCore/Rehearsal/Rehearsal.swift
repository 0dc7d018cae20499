public import SQLAnalysis

/// What a plan did to a copy of its environment's schema, statement by statement.
public struct Rehearsal: Sendable {
    /// One migration of the plan.
    public struct Migration: Sendable {
        public var name: String
        public var isTransactional: Bool
        /// Those that ran, in order.
        public var statements: [Statement]
        /// The locks that its transaction holds until it ends, each from the statement that took
        /// it at its strongest; none where statements run by themselves.
        public var held: [Held] = []
        /// How long its statements took in the sandbox.
        public var milliseconds: Double { statements.reduce(0) { $0 + $1.milliseconds } }
    }

    /// A lock that is held to the end of a transaction.
    public struct Held: Sendable, Hashable {
        public var name: ObjectName
        public var lock: LockMode
        /// The ordinal of the statement that took it.
        public var statement: Int
    }

    /// One statement that ran.
    public struct Statement: Sendable {
        /// 1-based.
        public var ordinal: Int
        public var line: Int
        /// Its source on one line.
        public var text: String
        public var milliseconds: Double
        public var walBytes: Int
        /// The relations that were there before the plan and were locked, read or written anew.
        public var relations: [Relation]
        /// What rows that are not in the copy can still make of it.
        public var hazards: [Finding]
    }

    /// What a statement did to a relation that others can see.
    public struct Relation: Sendable, Hashable {
        public var name: ObjectName
        /// The strongest lock of the transaction by then; nil where it was only read or written
        /// anew.
        public var lock: LockMode?
        /// The statement from which the transaction holds it; nil outside a transaction.
        public var heldSince: Int?
        /// Whether it was written anew.
        public var isRewritten: Bool
        /// Whether every row was read.
        public var isScanned: Bool
        /// How large it is in the environment; nil where that is not known.
        public var size: TableSize?
        /// How long the work on it takes there, in seconds, by its size; nil without work or size.
        public var estimate: Double?
    }

    /// Why the plan did not get to its end.
    public struct Failure: Sendable {
        public var migration: String
        public var statement: Int
        public var line: Int
        public var sqlState: String?
        public var message: String
    }

    /// Whether a hotfix leads back to the schema of before.
    public struct WayBack: Sendable {
        /// Whether the schema was the same again.
        public var isProven: Bool
        /// The statements that lead back.
        public var statements: [String]
        /// What still differed, a line each.
        public var cannotReturn: [String]
        /// What SQL cannot bring back: rows and values.
        public var losses: [String]
    }

    /// The rows that the copy had.
    public struct Rows: Sendable, Hashable {
        /// Where they came from.
        public var source: RehearsalRows
        public var tables = 0
        public var rows = 0
        /// Tables that could not be read, with the reason.
        public var skipped: [String] = []
    }

    public var environment: String
    public var commit: String?
    /// The plan that was rehearsed.
    public var digest: String
    public var migrations: [Migration]
    public var failure: Failure?
    /// Constraints and indexes that are not valid behind the plan and were not so before.
    public var invalid: [String]
    /// The schema difference, a line for each object.
    public var changes: [String]
    /// nil where the plan did not get to its end, or changes no schema.
    public var wayBack: WayBack?
    /// How long everything took.
    public var milliseconds: Double
    public var rows = Rows(source: .none)
    /// Why the ledger does not have it; nil where it has.
    public var unrecorded: String?

    /// Whether the plan ran to its end.
    public var isClean: Bool { failure == nil }
}

/// The rows of the environment that a rehearsal's copy gets.
public enum RehearsalRows: Sendable, Hashable {
    case none
    /// About this share of each large table, with the rows that foreign keys need.
    case sample(Double)
    /// Those of a backup made by `pg_dump`.
    case clone(String)
}

extension Rehearsal.Migration {
    /// How long others wait at most for a lock of the migration, in seconds by the sizes in the
    /// environment; nil where nobody waits or no size is known.
    public var longestWait: Double? {
        let waits: [Double] =
            isTransactional
            ? held.filter(\.lock.blocksWrites).compactMap { wait(from: $0.statement) }
            : statements.flatMap(\.relations).filter { $0.lock?.blocksWrites ?? false }
                .compactMap(\.estimate)
        return waits.max()
    }

    private func wait(from ordinal: Int) -> Double? {
        let estimates = statements.filter { $0.ordinal >= ordinal }.compactMap { statement in
            statement.relations.compactMap(\.estimate).max()
        }
        return estimates.isEmpty ? nil : estimates.reduce(0, +)
    }
}

extension Rehearsal {
    /// How many statements can still fail on rows that the copy did not have.
    public var hazardousStatements: Int {
        migrations.flatMap(\.statements).count { !$0.hazards.isEmpty }
    }

    /// What it came to, for the ledger and for who promotes: one line.
    public var summary: String {
        if let failure {
            return
                "it fails in \(failure.migration), statement \(failure.statement), line "
                + "\(failure.line): \(failure.message)"
        }
        let statements = migrations.flatMap(\.statements)
        let rewriting = statements.count { $0.relations.contains(where: \.isRewritten) }
        let blocking = statements.count { statement in
            statement.relations.contains { $0.lock?.blocksReads ?? false }
        }
        var parts: [String] = []
        func add(_ count: Int, _ one: String, _ many: String) {
            if count > 0 { parts.append("\(count) statement\(count == 1 ? one : many)") }
        }
        add(rewriting, " writes a table anew", "s write tables anew")
        add(blocking, " keeps readers out", "s keep readers out")
        add(hazardousStatements, " can fail on rows", "s can fail on rows")
        if let wait = migrations.compactMap(\.longestWait).max(), wait >= 1 {
            parts.append(
                "others wait about \(DurationText.describe(.seconds(Int(wait.rounded()))))")
        }
        if let wayBack { parts.append("the way back is \(wayBack.isProven ? "" : "not ")proven") }
        let copy = rows.source == .none ? "a copy without rows" : "a copy with \(rows.rows) rows"
        return "it runs to its end on \(copy)"
            + (parts.isEmpty ? "." : ": \(parts.joined(separator: ", ")).")
    }
}
