import CPgQuery

/// Reads what a statement does to the objects of the database from its parse tree.
enum EffectReader {
    static func effects(of node: NodePointer) -> [Effect] {
        let value = node.pointee
        switch value.node_case {
        case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT: return alterTable(value.alter_table_stmt)
        case PG_QUERY__NODE__NODE_DROP_STMT: return drop(value.drop_stmt)
        case PG_QUERY__NODE__NODE_RENAME_STMT: return rename(value.rename_stmt)
        case PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT:
            return setSchema(value.alter_object_schema_stmt)
        case PG_QUERY__NODE__NODE_ALTER_ENUM_STMT: return alterEnum(value.alter_enum_stmt)
        case PG_QUERY__NODE__NODE_TRUNCATE_STMT: return truncate(value.truncate_stmt)
        case PG_QUERY__NODE__NODE_DROP_OWNED_STMT: return dropOwned(value.drop_owned_stmt)
        case PG_QUERY__NODE__NODE_DROPDB_STMT:
            return named(value.dropdb_stmt?.pointee.dbname) {
                .drop(
                    .database, $0, cascade: false,
                    ifExists: value.dropdb_stmt?.pointee.missing_ok == 1)
            }
        case PG_QUERY__NODE__NODE_DELETE_STMT, PG_QUERY__NODE__NODE_UPDATE_STMT,
            PG_QUERY__NODE__NODE_SELECT_STMT, PG_QUERY__NODE__NODE_INSERT_STMT,
            PG_QUERY__NODE__NODE_MERGE_STMT:
            return executed(node)
        case PG_QUERY__NODE__NODE_DO_STMT: return RoutineBody(node)?.effects ?? []
        default: return wrapped(node) ?? session(node) ?? created(by: node)
        }
    }

    /// The effect on an object whose name is a plain string; none where that is absent.
    static func named(
        _ name: UnsafeMutablePointer<CChar>?, _ effect: (ObjectName) -> Effect
    ) -> [Effect] {
        text(name).map { [effect(ObjectName(name: $0))] } ?? []
    }
}

// MARK: - ALTER

extension EffectReader {
    private static func alterTable(_ statement: UnsafeMutablePointer<PgQuery__AlterTableStmt>?)
        -> [Effect]
    {
        guard let statement = statement?.pointee, let table = ObjectName(statement.relation) else {
            return []
        }
        let isType = statement.objtype == PG_QUERY__OBJECT_TYPE__OBJECT_TYPE
        return nodes(statement.n_cmds, statement.cmds).flatMap { node -> [Effect] in
            guard node.pointee.node_case == PG_QUERY__NODE__NODE_ALTER_TABLE_CMD,
                let command = node.pointee.alter_table_cmd?.pointee
            else { return [] }
            if isType { return attribute(command, of: table) }
            return self.command(command, on: table).map { [$0] + calls(of: command) } ?? []
        }
    }

    private static func attribute(_ command: PgQuery__AlterTableCmd, of type: ObjectName)
        -> [Effect]
    {
        let changes = [
            PG_QUERY__ALTER_TABLE_TYPE__AT_DropColumn,
            PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnType,
        ]
        return changes.contains(command.subtype) ? [.changeAttribute(of: type)] : []
    }

    /// The functions that run for the rows that are there: of a default, and of USING.
    private static func calls(of command: PgQuery__AlterTableCmd) -> [Effect] {
        guard let def = command.def else { return [] }
        return TreeWalk.functions(in: def).map { .call($0) }
    }

    private static func command(_ command: PgQuery__AlterTableCmd, on table: ObjectName)
        -> Effect?
    {
        switch command.subtype {
        case PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn:
            guard let column = command.def.flatMap(Column.init) else { return nil }
            return .addColumn(table: table, column, ifNotExists: command.missing_ok == 1)
        case PG_QUERY__ALTER_TABLE_TYPE__AT_DropColumn:
            guard let name = text(command.name) else { return nil }
            return .dropColumn(
                table: table, column: name, cascade: isCascade(command.behavior),
                ifExists: command.missing_ok == 1)
        case PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnType:
            guard let name = text(command.name), let def = command.def,
                def.pointee.node_case == PG_QUERY__NODE__NODE_COLUMN_DEF,
                let type = ColumnType(def.pointee.column_def?.pointee.type_name)
            else { return nil }
            let using = def.pointee.column_def?.pointee.raw_default
            return .alterColumnType(
                table: table, column: name, to: type, Conversion(using, of: name))
        case PG_QUERY__ALTER_TABLE_TYPE__AT_AttachPartition,
            PG_QUERY__ALTER_TABLE_TYPE__AT_AddInherit:
            guard let def = command.def,
                let other = def.pointee.node_case == PG_QUERY__NODE__NODE_PARTITION_CMD
                    ? ObjectName(def.pointee.partition_cmd?.pointee.name)
                    : reads(of: def).first
            else { return nil }
            let isAttached = command.subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_AttachPartition
            return isAttached ? .hold(other, in: table) : .hold(table, in: other)
        default:
            return nil
        }
    }

    private static func rename(_ statement: UnsafeMutablePointer<PgQuery__RenameStmt>?)
        -> [Effect]
    {
        guard let statement = statement?.pointee, let newName = text(statement.newname) else {
            return []
        }
        if statement.rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN {
            guard let table = ObjectName(statement.relation), let old = text(statement.subname)
            else { return [] }
            return [.renameColumn(table: table, from: old, to: newName)]
        }
        guard let kind = ObjectKind(statement.rename_type) else { return [] }
        if kind == .schema || kind == .database || kind == .role {
            return named(statement.subname) {
                .rename(kind, from: $0, to: ObjectName(name: newName))
            }
        }
        guard let name = ObjectName(statement.relation) ?? statement.object.flatMap(name(of:))
        else { return [] }
        let renamed = ObjectName(schema: name.schema, name: newName)
        return [.rename(kind, from: name, to: renamed)]
    }

    private static func setSchema(
        _ statement: UnsafeMutablePointer<PgQuery__AlterObjectSchemaStmt>?
    ) -> [Effect] {
        guard let statement = statement?.pointee, let kind = ObjectKind(statement.object_type),
            let schema = text(statement.newschema),
            let name = ObjectName(statement.relation) ?? statement.object.flatMap(name(of:))
        else { return [] }
        return [.setSchema(kind, name, schema: schema)]
    }

    private static func alterEnum(_ statement: UnsafeMutablePointer<PgQuery__AlterEnumStmt>?)
        -> [Effect]
    {
        guard let statement = statement?.pointee,
            let type = ObjectName(nodes(statement.n_type_name, statement.type_name)),
            let value = statement.new_val.map({ String(cString: $0) })
        else { return [] }
        if let old = text(statement.old_val) {
            return [.renameEnumValue(type: type, from: old, to: value)]
        }
        return [.addEnumValue(type: type, value: value)]
    }
}

// MARK: - DROP and rows

extension EffectReader {
    private static func drop(_ statement: UnsafeMutablePointer<PgQuery__DropStmt>?) -> [Effect] {
        guard let statement = statement?.pointee else { return [] }
        let kind = ObjectKind(statement.remove_type) ?? .other
        return nodes(statement.n_objects, statement.objects).compactMap(name(of:)).map {
            .drop(
                kind, $0, cascade: isCascade(statement.behavior),
                ifExists: statement.missing_ok == 1)
        }
    }

    private static func truncate(_ statement: UnsafeMutablePointer<PgQuery__TruncateStmt>?)
        -> [Effect]
    {
        guard let statement = statement?.pointee else { return [] }
        return nodes(statement.n_relations, statement.relations).compactMap { node in
            guard node.pointee.node_case == PG_QUERY__NODE__NODE_RANGE_VAR,
                let name = ObjectName(node.pointee.range_var)
            else { return nil }
            return .truncate(name, cascade: isCascade(statement.behavior))
        }
    }

    private static func dropOwned(_ statement: UnsafeMutablePointer<PgQuery__DropOwnedStmt>?)
        -> [Effect]
    {
        guard let statement = statement?.pointee else { return [] }
        let roles = nodes(statement.n_roles, statement.roles).map { node in
            guard node.pointee.node_case == PG_QUERY__NODE__NODE_ROLE_SPEC else { return "" }
            // CURRENT_USER and its like have no name.
            return text(node.pointee.role_spec?.pointee.rolename) ?? "the current role"
        }
        return [.dropOwned(roles: roles)]
    }

    private static func isCascade(_ behavior: PgQuery__DropBehavior) -> Bool {
        behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE
    }
}
