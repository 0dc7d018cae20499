/// The schema of one database at one moment, as values.
///
/// Two snapshots are equal when they describe the same schema: the order of
/// columns, which objects depend on which, and catalog oids are kept beside
/// the definitions and do not count.
public struct SchemaSnapshot: Sendable {
    /// The schema whose objects are written without a prefix; every text was
    /// printed by the server with this search path.
    public var defaultSchema: String
    public internal(set) var objects: [SchemaObjectID: SchemaObject]
    public internal(set) var comments: [SchemaObjectID: String]
    public internal(set) var grants: [SchemaObjectID: [Grant]]
    /// Columns of each table and attributes of each composite type, in order.
    public internal(set) var columnOrder: [SchemaObjectID: [String]]
    /// What each object needs in order to exist.
    public internal(set) var dependencies: [SchemaObjectID: Set<SchemaObjectID>]
    /// The server, as `server_version_num`.
    public var serverVersion: Int

    /// A schema with nothing in it.
    public init(defaultSchema: String = "public", serverVersion: Int = 150000) {
        self.defaultSchema = defaultSchema
        self.serverVersion = serverVersion
        objects = [:]
        comments = [:]
        grants = [:]
        columnOrder = [:]
        dependencies = [:]
    }

    /// The names of all tables, sorted.
    public var tables: [SchemaObjectID] { objects.keys.filter { $0.kind == .table }.sorted() }

    /// The columns of a table in their order.
    public func columns(of table: SchemaObjectID) -> [SchemaObjectID] {
        (columnOrder[table] ?? []).map { SchemaObjectID(.column, table.schema, table.name, $0) }
    }

    public func table(_ id: SchemaObjectID) -> TableDefinition? {
        if case .table(let definition) = objects[id] { definition } else { nil }
    }

    public func column(_ id: SchemaObjectID) -> ColumnDefinition? {
        if case .column(let definition) = objects[id] { definition } else { nil }
    }

    public func constraint(_ id: SchemaObjectID) -> ConstraintDefinition? {
        if case .constraint(let definition) = objects[id] { definition } else { nil }
    }

    public func index(_ id: SchemaObjectID) -> IndexDefinition? {
        if case .index(let definition) = objects[id] { definition } else { nil }
    }

    public func sequence(_ id: SchemaObjectID) -> SequenceDefinition? {
        if case .sequence(let definition) = objects[id] { definition } else { nil }
    }

    /// The expression of a column's ordinary default.
    public func defaultExpression(of column: SchemaObjectID) -> String? {
        let id = column.sibling(.columnDefault, column.member)
        if case .columnDefault(let text) = objects[id] { return text }
        return nil
    }

    /// Which objects need each object: the dependencies turned round.
    func dependents() -> [SchemaObjectID: Set<SchemaObjectID>] {
        var result: [SchemaObjectID: Set<SchemaObjectID>] = [:]
        for (object, needs) in dependencies {
            for need in needs { result[need, default: []].insert(object) }
        }
        return result
    }
}

extension SchemaSnapshot: Hashable {
    public static func == (left: SchemaSnapshot, right: SchemaSnapshot) -> Bool {
        left.objects == right.objects && left.comments == right.comments
            && left.grants == right.grants
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(objects)
        hasher.combine(comments)
        hasher.combine(grants)
    }
}
