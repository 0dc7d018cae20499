/// The definition of one object. Equal definitions under equal names mean the
/// same schema; order of columns, oids and data are not part of it.
public enum SchemaObject: Sendable, Hashable {
    case schema
    case `extension`(ExtensionDefinition)
    case enumeration(EnumDefinition)
    case domain(DomainDefinition)
    case compositeType(CompositeDefinition)
    case rangeType(RangeDefinition)
    case sequence(SequenceDefinition)
    case table(TableDefinition)
    case column(ColumnDefinition)
    /// The expression of an ordinary default.
    case columnDefault(String)
    case constraint(ConstraintDefinition)
    case index(IndexDefinition)
    case view(ViewDefinition)
    case routine(RoutineDefinition)
    case trigger(TriggerDefinition)
    case policy(PolicyDefinition)
    case rule(RuleDefinition)
    case publication(PublicationDefinition)
    /// A statement that creates the object and depends on nothing but names:
    /// collations, extended statistics, event triggers.
    case statement(StatementDefinition)
    /// Recognised and dropped, but not created: its SQL is not rendered. The text
    /// names it for `DROP`.
    case other(String)
}

/// A type as a column names it.
public struct TypeReference: Sendable, Hashable {
    /// As `format_type` prints it: `character varying(20)`, `"Mood"[]`.
    public var text: String
    /// Where the element type is defined.
    public var schema: String
    /// The element type's name.
    public var name: String
    public var isArray: Bool
    /// Whether `text` carries a length, precision or similar.
    public var hasModifier: Bool
}

/// An installed extension.
public struct ExtensionDefinition: Sendable, Hashable {
    public var schema: String
    public var version: String
}

/// An enum's labels in sort order.
public struct EnumDefinition: Sendable, Hashable {
    public var labels: [String]

    public init(labels: [String]) {
        self.labels = labels
    }
}

/// A domain with its named checks.
public struct DomainDefinition: Sendable, Hashable {
    /// Comments on its constraints, by constraint.
    public var checkComments: [String: String] = [:]
    public var type: TypeReference
    public var collation: String?
    public var isNotNull: Bool
    public var defaultExpression: String?
    /// Constraint name to the server's text, `CHECK (VALUE > 0)`.
    public var checks: [String: String]
}

/// A composite type. The order of its attributes is kept by the snapshot.
public struct CompositeDefinition: Sendable, Hashable {
    public var attributes: [String: Attribute]

    public struct Attribute: Sendable, Hashable {
        public var type: TypeReference
        public var collation: String?
    }
}

/// A range type as the options of its `CREATE TYPE`.
public struct RangeDefinition: Sendable, Hashable {
    /// `SUBTYPE = double precision`, in the order they are printed.
    public var options: [String]
}

/// A sequence that is not part of an identity column.
public struct SequenceDefinition: Sendable, Hashable {
    public var options: SequenceOptions
    /// The column that owns it.
    public var owner: SchemaObjectID?
    public var isUnlogged: Bool
}

/// The parameters of a sequence.
public struct SequenceOptions: Sendable, Hashable {
    public var type: String
    public var start: Int
    public var increment: Int
    public var minimum: Int
    public var maximum: Int
    public var cache: Int
    public var cycles: Bool
}

/// A view or materialized view.
public struct ViewDefinition: Sendable, Hashable {
    /// The query, without a final semicolon.
    public var query: String
    public var columns: [String]
    public var options: [String]
    public var isMaterialized: Bool
    public var isPopulated: Bool
    public var accessMethod: String?
    public var tablespace: String?
    /// The index a materialized view was last clustered on.
    public var clusteredOn: String?
    /// What follows its creation: defaults of its columns, statistics targets.
    public var settings: [String] = []
}

/// A function, procedure or aggregate.
public struct RoutineDefinition: Sendable, Hashable {
    /// `CREATE OR REPLACE FUNCTION` up to the name is left out: this is the
    /// text from the argument list on.
    public var body: String
    /// What `CREATE OR REPLACE` cannot change: arguments and result.
    public var signature: String
    /// Argument types for `DROP` and `COMMENT ON`: `integer, text`.
    public var arguments: String
    public var name: String
    public var language: String
    /// Whether the server checks the body against the tables it names when the
    /// routine is created, without recording what it depends on.
    public var isStringBody: Bool
}

/// A trigger that a user created.
public struct TriggerDefinition: Sendable, Hashable {
    /// The server's own statement.
    public var statement: String
    /// `O` fires, `D` is disabled, `R` in replicas, `A` always.
    public var enabled: String
    /// Whether it came with the table's partitioned parent.
    public var isInherited: Bool
}

/// A row security policy.
public struct PolicyDefinition: Sendable, Hashable {
    public var isPermissive: Bool
    /// `ALL`, `SELECT`, `INSERT`, `UPDATE`, `DELETE`.
    public var command: String
    public var roles: [String]
    public var using: String?
    public var check: String?
}

/// A rewrite rule other than a view's own.
public struct RuleDefinition: Sendable, Hashable {
    public var statement: String
    public var enabled: String
}

/// A publication for logical replication.
public struct PublicationDefinition: Sendable, Hashable {
    public var allTables: Bool
    /// `TABLE "jobs" WHERE (...)`, `TABLES IN SCHEMA "app"`, sorted.
    public var members: [String]
    public var options: [String]
}

/// An object that one statement creates.
public struct StatementDefinition: Sendable, Hashable {
    public var create: String
    /// Statements that follow, for settings a create statement cannot carry.
    public var settings: [String]
    /// The object as `DROP` and `COMMENT ON` name it, where its kind and name do
    /// not say so.
    public var subject: String?
    /// The statements that remove it, where that is no `DROP`.
    public var removal: [String] = []
}
