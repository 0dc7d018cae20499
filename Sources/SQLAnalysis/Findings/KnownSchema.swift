/// What the scripts before a statement tell about the objects of the database.
///
/// It tells what a plan has created itself, which is no loss when the plan drops it later, and
/// what an object was called when the plan began. What it does not know may still exist.
public struct KnownSchema: Sendable {
    /// Objects with these kinds share one set of names.
    enum NameSpace: Sendable, Hashable {
        case relation, type
        case other(ObjectKind)

        init(_ kind: ObjectKind) {
            switch kind {
            case .table, .view, .materializedView, .foreignTable, .index, .sequence:
                self = .relation
            case .type, .domain: self = .type
            case .function, .procedure, .routine, .aggregate: self = .other(.routine)
            default: self = .other(kind)
            }
        }
    }

    struct Key: Sendable, Hashable {
        let space: NameSpace
        var name: ObjectName
    }

    /// What is known of one object.
    struct Object: Sendable {
        var kind: ObjectKind
        /// Created since the plan began, and certainly not there before.
        var isNew: Bool
        /// Created since the plan began, unless it was there already.
        var isMade = false
        /// Its name when the plan began; its first name where it is new.
        var original: ObjectName
        var columns: [String: KnownColumn] = [:]
        /// Whether `columns` is all there is.
        var hasAllColumns = false
        /// The values of an enum; nil where they are not known.
        var values: [String]?
        /// The constraints of a table that are known, by name.
        var constraints: [String: TableConstraint] = [:]
        /// The type below a domain; nil for other objects.
        var base: ColumnType?
        /// What an index was created as.
        var index: NewIndex?
        /// How large a table is in the database; nil where nobody has looked.
        var size: TableSize?
    }

    struct KnownColumn: Sendable {
        var type: ColumnType?
        var isNew: Bool
        var original: String
        /// Whether it forbids nulls; nil where that is not known.
        var isNotNull: Bool?
        /// Whether it has a default; nil where that is not known.
        var hasDefault: Bool?
        /// Whether it was made with a number of its own for each row, in this plan.
        var isNumbered = false
    }

    var objects: [Key: Object] = [:]
    /// What has been made or changed since the plan began, so that a long history need not be
    /// gone through for each plan.
    var touched: Set<Key> = []
    /// The schemas in which unqualified names are looked up; the first one takes new objects.
    private(set) var searchPath: [String]
    private let defaultSchema: String
    /// Whether the database had nothing in it when the plan began.
    private let beganEmpty: Bool
    /// Judges as if the plan had created nothing.
    var ignoresNewness = false
    /// The volatility of functions that scripts or the database have told.
    var volatilities: [ObjectName: Volatility] = [:]
    /// The server's version as a number, such as 150018; nil where that is not known.
    public var serverVersion: Int?
    /// Relations that the database was asked for and does not have, by their full names.
    var absent: Set<ObjectName> = []
    /// Tables from which the transaction at hand has deleted every row, by their full names.
    var emptied: Set<ObjectName> = []
    /// Whether every migration from the first one on has been taken up, so that a table none of
    /// them creates is hardly there.
    public var knowsWholeHistory = false
    /// What the bodies of routines do that the plan has defined.
    /// Those of one name together, whatever their arguments.
    var routines: [ObjectName: [Effect]] = [:]
    /// What the triggers and rules of the plan do when rows of a relation change.
    var reactions: [ObjectName: [Effect]] = [:]
    /// What the plan has created, by its first name, that has got hold of something older.
    var holding: Set<Key> = []
    /// What has a relation of the plan in its reach, by first names.
    var holders: [Key: Set<Key>] = [:]
    /// Relations whose rows the plan has changed.
    var written: Set<ObjectName> = []
    /// Relations that end with the session, and those that end with the transaction.
    var temporary: Set<Key> = []
    var endingAtCommit: Set<Key> = []
    /// What was known when the script's own transaction and its savepoints began.
    var marks: [(savepoint: String?, schema: KnownSchema)] = []
    /// Whether the script runs as one transaction.
    var isTransactional = true
    /// Whether the server's sessions keep the time zone UTC; nil where that is not known.
    public var isUTC: Bool?

    /// Knows nothing yet.
    ///
    /// - Parameters:
    ///   - defaultSchema: where unqualified names live.
    ///   - beganEmpty: whether the database has no objects of its own.
    public init(defaultSchema: String = "public", beganEmpty: Bool = false) {
        self.defaultSchema = defaultSchema
        self.beganEmpty = beganEmpty
        searchPath = [defaultSchema]
    }

    /// Everything that is known by now was there when the plan began.
    public mutating func beginPlan() {
        (routines, reactions, written) = ([:], [:], [])
        (holding, holders) = ([], [:])
        for key in touched {
            guard var object = objects[key] else { continue }
            object.isNew = false
            object.isMade = false
            object.original = key.name
            for (name, column) in object.columns {
                object.columns[name] = KnownColumn(
                    type: column.type, isNew: false, original: name,
                    isNotNull: column.isNotNull, hasDefault: column.hasDefault)
            }
            objects[key] = object
        }
        touched = []
    }

    /// Takes up a script that the database has already.
    public mutating func replay(_ script: Script) {
        begin(script)
        for statement in script.statements { apply(statement) }
    }

    /// A migration starts with the search path of its session, and without the temporary
    /// relations of the one before.
    public mutating func begin(_ script: Script) {
        searchPath = [defaultSchema]
        forgetTemporary()
        marks = []
        isTransactional = script.mode.isTransactional
        beginTransaction()
    }

    /// Rows may have come into every table.
    mutating func beginTransaction() { emptied = [] }

    mutating func setSearchPath(_ schemas: [String]) {
        searchPath = schemas.isEmpty ? [defaultSchema] : schemas
    }

    /// Whether unqualified names mean what they mean in a session of its own.
    var hasUsualSearchPath: Bool { searchPath == [defaultSchema] }

    mutating func forgetTemporary() {
        for key in temporary { objects[key] = nil }
        (temporary, endingAtCommit) = ([], [])
    }
}

// MARK: - Looking up

extension KnownSchema {
    /// The full name of the object that a script means.
    public func resolve(_ kind: ObjectKind, _ name: ObjectName) -> ObjectName {
        key(kind, name).name
    }

    /// Whether the plan has created the object itself, so that nothing older is lost with it.
    public func isNew(_ kind: ObjectKind, _ name: ObjectName) -> Bool {
        if ignoresNewness { return false }
        let key = key(kind, name)
        if let object = objects[key] { return object.isNew }
        if key.space == .relation, absent.contains(key.name) { return true }
        if beganEmpty || key.name.schema == "pg_temp" { return true }
        // What is in a new schema is new.
        return key.name.schema.map { schema in
            objects[Key(space: .other(.schema), name: ObjectName(name: schema))]?.isNew ?? false
        } ?? false
    }

    /// Whether the plan has created the column itself, alone or with its table.
    public func isNew(column: String, of table: ObjectName) -> Bool {
        if ignoresNewness { return false }
        return isNew(.table, table) || self.column(column, of: table)?.isNew ?? false
    }

    /// The type of a column, where a script has told it.
    public func type(ofColumn column: String, of table: ObjectName) -> ColumnType? {
        self.column(column, of: table)?.type
    }

    func object(_ kind: ObjectKind, _ name: ObjectName) -> Object? { objects[key(kind, name)] }

    func column(_ column: String, of table: ObjectName) -> KnownColumn? {
        object(.table, table)?.columns[column]
    }

    /// The key under which an object is or would be known.
    func key(_ kind: ObjectKind, _ name: ObjectName) -> Key {
        let space = NameSpace(kind)
        guard name.schema == nil, kind.livesInSchema else { return Key(space: space, name: name) }
        for schema in ["pg_temp"] + searchPath {
            let candidate = Key(space: space, name: name.resolved(in: schema))
            if objects[candidate] != nil { return candidate }
        }
        return newKey(kind, name)
    }

    /// The key under which an object is created.
    func newKey(_ kind: ObjectKind, _ name: ObjectName) -> Key {
        let schema = searchPath.first ?? defaultSchema
        return Key(
            space: NameSpace(kind), name: kind.livesInSchema ? name.resolved(in: schema) : name)
    }
}

extension ObjectKind {
    /// Whether objects of this kind have a schema in their full name.
    var livesInSchema: Bool {
        switch self {
        case .table, .view, .index, .sequence, .materializedView, .foreignTable, .type, .domain,
            .function, .procedure, .routine, .aggregate, .collation, .statistics, .operator:
            true
        default: false
        }
    }
}
