/// For what purpose SQL is rendered.
public enum DDLStyle: Sendable, Hashable {
    /// Turns the one schema into the other, on a database without data.
    case exact
    /// Applies to a database with data and later migrations: what data could
    /// refuse is left to follow-ups.
    case compatible
}

/// One commented block of a migration file.
public struct DDLStep: Sendable, Hashable {
    /// The comment Prisma would put above it: `CreateTable`, `AlterTable`.
    public var name: String
    /// Statements without their semicolons.
    public var statements: [String]
    /// What the statements create, change or drop.
    public var objects: [SchemaObjectID]
    /// What no SQL brings back.
    public var losses: [DataLoss]
    /// Statements that complete the step once somebody has seen to the data.
    public var followUps: [FollowUp]

    /// A step with the given facts.
    public init(
        _ name: String, _ statements: [String], objects: [SchemaObjectID] = [],
        losses: [DataLoss] = [],
        followUps: [FollowUp] = []
    ) {
        self.name = name
        self.statements = statements
        self.objects = objects
        self.losses = losses
        self.followUps = followUps
    }

    /// The statements as SQL text, each ending in a semicolon and a newline.
    public var sql: String { statements.map { $0 + ";\n" }.joined() }
}

/// Data that a step cannot bring back, or takes away.
public struct DataLoss: Sendable, Hashable, CustomStringConvertible {
    public var object: SchemaObjectID
    public var kind: Kind

    public enum Kind: String, Sendable, Hashable {
        /// The object returns, what was in it does not.
        case restoredEmpty
        /// What has been written to the object since is dropped with it.
        case discarded
        /// The values are converted; one that does not fit makes the step fail.
        case converted
    }

    public var description: String {
        switch kind {
        case .restoredEmpty: "\(object) returns without its data"
        case .discarded: "\(object) is dropped with the data in it"
        case .converted: "\(object) is converted to another type"
        }
    }
}

/// A statement to run later, when the data allows it.
public struct FollowUp: Sendable, Hashable {
    public var reason: String
    public var statement: String
}
