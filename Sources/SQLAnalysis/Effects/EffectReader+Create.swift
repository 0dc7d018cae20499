import CPgQuery

extension EffectReader {
    /// What the statements that create something create.
    static func created(by node: NodePointer) -> [Effect] {
        let value = node.pointee
        switch value.node_case {
        case PG_QUERY__NODE__NODE_CREATE_STMT: return table(value.create_stmt?.pointee)
        case PG_QUERY__NODE__NODE_CREATE_FOREIGN_TABLE_STMT:
            guard let base = value.create_foreign_table_stmt?.pointee.base_stmt else { return [] }
            return relation(.foreignTable, base.pointee.relation)
        case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
            return tableAs(value.create_table_as_stmt?.pointee)
        case PG_QUERY__NODE__NODE_VIEW_STMT:
            guard let statement = value.view_stmt?.pointee else { return [] }
            return relation(.view, statement.view)
                + reads(of: statement.query).flatMap { held($0, in: ObjectName(statement.view)) }
        case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
            return relation(.sequence, value.create_seq_stmt?.pointee.sequence)
        case PG_QUERY__NODE__NODE_INDEX_STMT: return index(value.index_stmt?.pointee)
        case PG_QUERY__NODE__NODE_CREATE_ENUM_STMT: return enumeration(value.create_enum_stmt)
        case PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT:
            return relation(.type, value.composite_type_stmt?.pointee.typevar)
        case PG_QUERY__NODE__NODE_CREATE_RANGE_STMT:
            guard let statement = value.create_range_stmt?.pointee else { return [] }
            return object(.type, nodes(statement.n_type_name, statement.type_name))
        case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT:
            guard let statement = value.create_domain_stmt?.pointee else { return [] }
            return object(.domain, nodes(statement.n_domainname, statement.domainname))
        case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
            guard let statement = value.create_function_stmt?.pointee else { return [] }
            return object(
                statement.is_procedure == 1 ? .procedure : .function,
                nodes(statement.n_funcname, statement.funcname))
        case PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT: return schema(value.create_schema_stmt)
        case PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT:
            let isGuarded = value.create_extension_stmt?.pointee.if_not_exists == 1
            return named(value.create_extension_stmt?.pointee.extname) {
                .create(.extension, $0, columns: [], ifNotExists: isGuarded)
            }
        default: return []
        }
    }

    private static func relation(
        _ kind: ObjectKind, _ relation: UnsafeMutablePointer<PgQuery__RangeVar>?,
        columns: [Column] = [], ifNotExists: Bool = false
    ) -> [Effect] {
        ObjectName(relation).map {
            [.create(kind, $0, columns: columns, ifNotExists: ifNotExists)]
        } ?? []
    }

    private static func object(_ kind: ObjectKind, _ name: [NodePointer]) -> [Effect] {
        ObjectName(name).map { [.create(kind, $0, columns: [], ifNotExists: false)] } ?? []
    }

    private static func table(_ statement: PgQuery__CreateStmt?) -> [Effect] {
        guard let statement else { return [] }
        let columns = nodes(statement.n_table_elts, statement.table_elts).compactMap(Column.init)
        return relation(
            .table, statement.relation, columns: columns,
            ifNotExists: statement.if_not_exists == 1)
            + nodes(statement.n_inh_relations, statement.inh_relations).flatMap { parent in
                reads(of: parent).flatMap { parent in
                    ObjectName(statement.relation).map { held($0, in: parent) } ?? []
                }
            } + ending(statement.relation, statement.oncommit)
    }

    private static func held(_ member: ObjectName, in holder: ObjectName?) -> [Effect] {
        holder.map { [.hold(member, in: $0)] } ?? []
    }

    /// The relations that a query names.
    static func reads(of query: NodePointer?) -> [ObjectName] {
        var names: [ObjectName] = []
        guard let query else { return [] }
        TreeWalk.nodes(below: query) { node in
            guard node.pointee.node_case == PG_QUERY__NODE__NODE_RANGE_VAR,
                let name = ObjectName(node.pointee.range_var)
            else { return }
            names.append(name)
        }
        return names
    }

    /// ON COMMIT DROP, which only temporary tables have.
    private static func ending(
        _ relation: UnsafeMutablePointer<PgQuery__RangeVar>?, _ action: PgQuery__OnCommitAction?
    ) -> [Effect] {
        guard action == PG_QUERY__ON_COMMIT_ACTION__ONCOMMIT_DROP else { return [] }
        return ObjectName(relation).map { [.dropAtCommit($0)] } ?? []
    }

    private static func tableAs(_ statement: PgQuery__CreateTableAsStmt?) -> [Effect] {
        guard let statement else { return [] }
        let isView = statement.objtype == PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW
        return relation(
            isView ? .materializedView : .table, statement.into?.pointee.rel,
            ifNotExists: statement.if_not_exists == 1)
            + ending(statement.into?.pointee.rel, statement.into?.pointee.on_commit)
    }

    /// An index lives in the schema of its table, and may leave its name to PostgreSQL.
    private static func index(_ statement: PgQuery__IndexStmt?) -> [Effect] {
        guard let statement, let name = text(statement.idxname) else { return [] }
        let schema = text(statement.relation?.pointee.schemaname)
        return [
            .create(
                .index, ObjectName(schema: schema, name: name), columns: [],
                ifNotExists: statement.if_not_exists == 1)
        ]
    }

    private static func enumeration(_ statement: UnsafeMutablePointer<PgQuery__CreateEnumStmt>?)
        -> [Effect]
    {
        guard let statement = statement?.pointee,
            let name = ObjectName(nodes(statement.n_type_name, statement.type_name))
        else { return [] }
        let values = nodes(statement.n_vals, statement.vals).compactMap(\.name)
        return [.createEnum(name, values: values, ifNotExists: false)]
    }

    /// The elements of CREATE SCHEMA are created in it.
    private static func schema(_ statement: UnsafeMutablePointer<PgQuery__CreateSchemaStmt>?)
        -> [Effect]
    {
        guard let statement = statement?.pointee else { return [] }
        let isGuarded = statement.if_not_exists == 1
        let own = named(statement.schemaname) {
            .create(.schema, $0, columns: [], ifNotExists: isGuarded)
        }
        return own
            + nodes(statement.n_schema_elts, statement.schema_elts).flatMap { element in
                effects(of: element).map { effect in
                    guard case .create(let kind, let name, let columns, let isGuarded) = effect,
                        let schema = text(statement.schemaname)
                    else { return effect }
                    return .create(
                        kind, name.resolved(in: schema), columns: columns, ifNotExists: isGuarded)
                }
            }
    }
}
