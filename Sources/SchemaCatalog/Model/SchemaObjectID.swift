/// What an object of a schema is.
public enum ObjectKind: String, Sendable, Hashable, CaseIterable {
    case schema
    case `extension`
    case collation
    case enumeration = "enum"
    case domain
    case compositeType = "composite type"
    case rangeType = "range type"
    case sequence
    case table
    case column
    case columnDefault = "default of column"
    case constraint
    case index
    case statistics
    case view
    case materializedView = "materialized view"
    case function
    case procedure
    case aggregate
    case trigger
    case policy
    case rule
    case publication
    case eventTrigger = "event trigger"
    /// A kind that is recognised and compared but whose SQL is not rendered.
    case other

    /// Whether objects of this kind live inside a table or view and are named
    /// with it.
    public var isMember: Bool {
        switch self {
        case .column, .columnDefault, .constraint, .trigger, .policy, .rule: true
        default: false
        }
    }

    /// Types that columns can have.
    var isType: Bool {
        switch self {
        case .enumeration, .domain, .compositeType, .rangeType: true
        default: false
        }
    }

    var isRoutine: Bool { self == .function || self == .procedure || self == .aggregate }

    var isView: Bool { self == .view || self == .materializedView }
}

/// The name of one object, unique within a database.
///
/// Names rather than catalog oids: two databases are compared by them.
public struct SchemaObjectID: Sendable, Hashable {
    public var kind: ObjectKind
    /// Empty for what lives in no schema: schemas, extensions, publications.
    public var schema: String
    /// The object's name; for routines with the argument types, as in
    /// `total(integer, text)`; for members the name of their table.
    public var name: String
    /// The member's own name: column, constraint, trigger, policy or rule.
    public var member: String?

    public init(_ kind: ObjectKind, _ schema: String, _ name: String, _ member: String? = nil) {
        self.kind = kind
        self.schema = schema
        self.name = name
        self.member = member
    }

    public static func table(_ schema: String, _ name: String) -> SchemaObjectID {
        SchemaObjectID(.table, schema, name)
    }

    public static func column(_ schema: String, _ table: String, _ name: String) -> SchemaObjectID {
        SchemaObjectID(.column, schema, table, name)
    }

    /// The table (or view) a member belongs to.
    func owner(_ kind: ObjectKind = .table) -> SchemaObjectID { SchemaObjectID(kind, schema, name) }

    /// Another member of the same table.
    func sibling(_ kind: ObjectKind, _ member: String?) -> SchemaObjectID {
        SchemaObjectID(kind, schema, name, member)
    }
}

extension SchemaObjectID: Comparable, CustomStringConvertible {
    /// `table public.jobs`, `column public.jobs.title`, `extension citext`.
    public var description: String { kind == .other ? name : "\(kind.rawValue) \(path)" }

    /// The name without the kind: `public.jobs.title`.
    public var path: String {
        ([schema, name].filter { !$0.isEmpty } + (member.map { [$0] } ?? []))
            .joined(separator: ".")
    }

    public static func < (left: SchemaObjectID, right: SchemaObjectID) -> Bool {
        (left.schema, left.name, left.rank, left.member ?? "")
            < (right.schema, right.name, right.rank, right.member ?? "")
    }

    private var rank: Int { ObjectKind.allCases.firstIndex(of: kind) ?? 0 }
}
