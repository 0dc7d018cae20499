import CPgQuery

extension ObjectName {
    /// A name given as a list of strings; the database in front of a schema is left out.
    init?(_ parts: some Sequence<NodePointer>) {
        let words = parts.compactMap(\.name)
        guard let name = words.last else { return nil }
        self.init(schema: words.count > 1 ? words[words.count - 2] : nil, name: name)
    }

    /// The name of a relation. A temporary one stands in the schema `pg_temp`.
    init?(_ relation: UnsafeMutablePointer<PgQuery__RangeVar>?) {
        guard let relation = relation?.pointee, let name = text(relation.relname) else {
            return nil
        }
        let isTemporary = text(relation.relpersistence) == "t"
        self.init(schema: isTemporary ? "pg_temp" : text(relation.schemaname), name: name)
    }
}

/// The name in an object reference of DROP, ALTER … RENAME or ALTER … SET SCHEMA.
func name(of node: NodePointer) -> ObjectName? {
    switch node.pointee.node_case {
    case PG_QUERY__NODE__NODE_LIST: return ObjectName(node.items)
    case PG_QUERY__NODE__NODE_STRING: return node.name.map { ObjectName(name: $0) }
    case PG_QUERY__NODE__NODE_TYPE_NAME:
        guard let type = node.pointee.type_name?.pointee else { return nil }
        return ObjectName(nodes(type.n_names, type.names))
    case PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS:
        guard let object = node.pointee.object_with_args?.pointee else { return nil }
        return ObjectName(nodes(object.n_objname, object.objname))
    case PG_QUERY__NODE__NODE_RANGE_VAR: return ObjectName(node.pointee.range_var)
    default: return nil
    }
}

extension Column {
    /// The column that a ColumnDef node defines; nil for other elements of a table.
    init?(_ node: NodePointer) {
        guard node.pointee.node_case == PG_QUERY__NODE__NODE_COLUMN_DEF,
            let definition = node.pointee.column_def?.pointee,
            let name = text(definition.colname)
        else { return nil }
        self.init(name: name, type: ColumnType(definition.type_name))
    }
}

extension ColumnType {
    /// Types that are only a way to write another one.
    private static let synonyms = [
        "serial2": "int2", "smallserial": "int2", "serial4": "int4", "serial": "int4",
        "serial8": "int8", "bigserial": "int8", "decimal": "numeric",
    ]

    /// The type of a TypeName node, with `serial` and its like folded to the integer they are.
    init?(_ pointer: UnsafeMutablePointer<PgQuery__TypeName>?) {
        guard let type = pointer?.pointee,
            let written = ObjectName(nodes(type.n_names, type.names))
        else { return nil }
        let isOwn = written.schema == nil || written.schema == "pg_catalog"
        name =
            isOwn ? ObjectName(name: Self.synonyms[written.name] ?? written.name) : written
        modifiers = nodes(type.n_typmods, type.typmods).compactMap {
            constant($0).flatMap { Int($0) }
        }
        isArray = type.n_array_bounds > 0
    }
}

extension ObjectKind {
    /// The kind for the parser's number, or nil for one that this module does not name.
    init?(_ type: PgQuery__ObjectType) {
        switch type {
        case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE: self = .table
        case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW: self = .view
        case PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW: self = .materializedView
        case PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE: self = .foreignTable
        case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX: self = .index
        case PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE: self = .sequence
        case PG_QUERY__OBJECT_TYPE__OBJECT_TYPE: self = .type
        case PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN: self = .domain
        case PG_QUERY__OBJECT_TYPE__OBJECT_FUNCTION: self = .function
        case PG_QUERY__OBJECT_TYPE__OBJECT_PROCEDURE: self = .procedure
        case PG_QUERY__OBJECT_TYPE__OBJECT_ROUTINE: self = .routine
        case PG_QUERY__OBJECT_TYPE__OBJECT_AGGREGATE: self = .aggregate
        case PG_QUERY__OBJECT_TYPE__OBJECT_OPERATOR: self = .operator
        case PG_QUERY__OBJECT_TYPE__OBJECT_COLLATION: self = .collation
        case PG_QUERY__OBJECT_TYPE__OBJECT_STATISTIC_EXT: self = .statistics
        case PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA: self = .schema
        case PG_QUERY__OBJECT_TYPE__OBJECT_EXTENSION: self = .extension
        case PG_QUERY__OBJECT_TYPE__OBJECT_DATABASE: self = .database
        case PG_QUERY__OBJECT_TYPE__OBJECT_ROLE: self = .role
        case PG_QUERY__OBJECT_TYPE__OBJECT_PUBLICATION: self = .publication
        case PG_QUERY__OBJECT_TYPE__OBJECT_SUBSCRIPTION: self = .subscription
        case PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_SERVER: self = .server
        case PG_QUERY__OBJECT_TYPE__OBJECT_LANGUAGE: self = .language
        case PG_QUERY__OBJECT_TYPE__OBJECT_EVENT_TRIGGER: self = .eventTrigger
        case PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER: self = .trigger
        case PG_QUERY__OBJECT_TYPE__OBJECT_POLICY: self = .policy
        case PG_QUERY__OBJECT_TYPE__OBJECT_RULE: self = .rule
        default: return nil
        }
    }
}
