public import SQLAnalysis

/// What a plan did to a copy of its environment's schema, statement by statement.
public struct Rehearsal: Sendable {
    /// One migration of the plan.
    public struct Migration: Sendable {
        public var name: String
        public var isTransactional: Bool
        /// Those that ran, in order.
        public var statements: [Statement]
        /// How long its statements took in the sandbox.
        public var milliseconds: Double { statements.reduce(0) { $0 + $1.milliseconds } }
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
    }

    /// What a statement did to a relation that others can see.
    public struct Relation: Sendable, Hashable {
        public var name: ObjectName
        /// The strongest lock; nil where it was only read or written anew.
        public var lock: LockMode?
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

    /// Whether the plan ran to its end.
    public var isClean: Bool { failure == nil }
}
