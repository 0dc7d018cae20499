import CPgQuery

extension TableActionReader {
    static func alterTable(_ statement: UnsafeMutablePointer<PgQuery__AlterTableStmt>?)
        -> [TableAction]
    {
        guard let statement = statement?.pointee, let name = ObjectName(statement.relation),
            let kind = ObjectKind(statement.objtype), kind != .type
        else { return [] }
        return nodes(statement.n_cmds, statement.cmds).flatMap { node -> [TableAction] in
            guard node.pointee.node_case == PG_QUERY__NODE__NODE_ALTER_TABLE_CMD,
                let command = node.pointee.alter_table_cmd?.pointee
            else { return [] }
            if kind == .index { return [index(command, name)] }
            return action(command, name)
                ?? [.fixed(form(command), kind, name, lock(command), work(command))]
        }
    }

    /// A command whose lock or work depends on what is there.
    private static func action(_ command: PgQuery__AlterTableCmd, _ table: ObjectName)
        -> [TableAction]?
    {
        let name = text(command.name) ?? ""
        switch command.subtype {
        case PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn:
            return command.def.flatMap(NewColumn.init).map {
                [.addColumn(table: table, $0, ifNotExists: command.missing_ok == 1)]
            }
        case PG_QUERY__ALTER_TABLE_TYPE__AT_DropColumn:
            return [.dropColumn(table: table, column: name)]
        case PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnType:
            return alterType(command, table, name)
        case PG_QUERY__ALTER_TABLE_TYPE__AT_SetNotNull:
            return [.setNotNull(table: table, column: name)]
        case PG_QUERY__ALTER_TABLE_TYPE__AT_DropNotNull:
            return [.dropNotNull(table: table, column: name)]
        case PG_QUERY__ALTER_TABLE_TYPE__AT_ColumnDefault:
            return [.setDefault(table: table, column: name, isDropped: command.def == nil)]
        case PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint:
            return command.def.flatMap { TableConstraint($0) }.map {
                [.addConstraint(table: table, $0)]
            }
        case PG_QUERY__ALTER_TABLE_TYPE__AT_ValidateConstraint:
            return [.validateConstraint(table: table, name)]
        case PG_QUERY__ALTER_TABLE_TYPE__AT_DropConstraint:
            return [.dropConstraint(table: table, name)]
        case PG_QUERY__ALTER_TABLE_TYPE__AT_AttachPartition,
            PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartition:
            return partition(command, table)
        case PG_QUERY__ALTER_TABLE_TYPE__AT_AddInherit:
            guard let parent = command.def.flatMap(SQLAnalysis.name(of:)) else { return nil }
            return [
                .fixed("ADD INHERIT", .table, table, .accessExclusive, []),
                .fixed("ADD INHERIT", .table, parent, .shareUpdateExclusive, []),
            ]
        default: return nil
        }
    }

    private static func alterType(
        _ command: PgQuery__AlterTableCmd, _ table: ObjectName, _ column: String
    ) -> [TableAction]? {
        guard let def = command.def, def.pointee.node_case == PG_QUERY__NODE__NODE_COLUMN_DEF,
            let definition = def.pointee.column_def?.pointee,
            let type = ColumnType(definition.type_name)
        else { return nil }
        let converts =
            definition.raw_default.map { !isCast(of: column, $0, to: type) } ?? false
        return [.alterType(table: table, column: column, to: type, converts: converts)]
    }

    /// Whether an expression is only `column` or `column::type`.
    private static func isCast(of column: String, _ node: NodePointer, to type: ColumnType) -> Bool
    {
        if TreeWalk.column(node) == column { return true }
        guard node.pointee.node_case == PG_QUERY__NODE__NODE_TYPE_CAST,
            let cast = node.pointee.type_cast?.pointee, ColumnType(cast.type_name) == type
        else { return false }
        return cast.arg.flatMap(TreeWalk.column) == column
    }

    private static func partition(_ command: PgQuery__AlterTableCmd, _ table: ObjectName)
        -> [TableAction]?
    {
        guard let def = command.def, def.pointee.node_case == PG_QUERY__NODE__NODE_PARTITION_CMD,
            let partition = def.pointee.partition_cmd?.pointee,
            let name = ObjectName(partition.name)
        else { return nil }
        if command.subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartition {
            return [.detachPartition(of: table, name, isConcurrent: partition.concurrent == 1)]
        }
        let isDefault = partition.bound?.pointee.is_default == 1
        return [.attachPartition(of: table, name, isDefault: isDefault)]
    }
}

// MARK: - Forms that always take the same lock

extension TableActionReader {
    /// The command's words, from the parser's own names: `AT_EnableRowSecurity` is
    /// `ENABLE ROW SECURITY`.
    private static func form(_ command: PgQuery__AlterTableCmd) -> String {
        let value = withUnsafePointer(to: pg_query__alter_table_type__descriptor) {
            protobuf_c_enum_descriptor_get_value($0, Int32(command.subtype.rawValue))
        }
        let name = text(value?.pointee.name)?.dropFirst(3) ?? "ALTER"
        return name.reduce(into: "") { words, letter in
            if letter.isUppercase, !words.isEmpty { words.append(" ") }
            words += letter.uppercased()
        }
    }

    /// From `AlterTableGetLockLevel` in PostgreSQL 15's tablecmds.c; what is not named there
    /// takes the strongest.
    private static func lock(_ command: PgQuery__AlterTableCmd) -> LockMode {
        switch command.subtype {
        case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableTrig,
            PG_QUERY__ALTER_TABLE_TYPE__AT_EnableAlwaysTrig,
            PG_QUERY__ALTER_TABLE_TYPE__AT_EnableReplicaTrig,
            PG_QUERY__ALTER_TABLE_TYPE__AT_EnableTrigAll,
            PG_QUERY__ALTER_TABLE_TYPE__AT_EnableTrigUser,
            PG_QUERY__ALTER_TABLE_TYPE__AT_DisableTrig,
            PG_QUERY__ALTER_TABLE_TYPE__AT_DisableTrigAll,
            PG_QUERY__ALTER_TABLE_TYPE__AT_DisableTrigUser:
            .shareRowExclusive
        case PG_QUERY__ALTER_TABLE_TYPE__AT_SetStatistics,
            PG_QUERY__ALTER_TABLE_TYPE__AT_SetOptions,
            PG_QUERY__ALTER_TABLE_TYPE__AT_ResetOptions,
            PG_QUERY__ALTER_TABLE_TYPE__AT_ClusterOn,
            PG_QUERY__ALTER_TABLE_TYPE__AT_DropCluster,
            PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartitionFinalize:
            .shareUpdateExclusive
        case PG_QUERY__ALTER_TABLE_TYPE__AT_SetRelOptions,
            PG_QUERY__ALTER_TABLE_TYPE__AT_ResetRelOptions,
            PG_QUERY__ALTER_TABLE_TYPE__AT_ReplaceRelOptions:
            isCatalogTableOption(command) ? .accessExclusive : .shareUpdateExclusive
        default: .accessExclusive
        }
    }

    /// The storage parameters that readers look at.
    private static func isCatalogTableOption(_ command: PgQuery__AlterTableCmd) -> Bool {
        let exclusive: Set<String> = [
            "user_catalog_table", "security_barrier", "security_invoker", "check_option",
        ]
        return (command.def?.items ?? []).contains { node in
            guard node.pointee.node_case == PG_QUERY__NODE__NODE_DEF_ELEM else { return false }
            return text(node.pointee.def_elem?.pointee.defname).map(exclusive.contains) ?? false
        }
    }

    private static func work(_ command: PgQuery__AlterTableCmd) -> Impact.Work {
        switch command.subtype {
        case PG_QUERY__ALTER_TABLE_TYPE__AT_SetLogged, PG_QUERY__ALTER_TABLE_TYPE__AT_SetUnLogged,
            PG_QUERY__ALTER_TABLE_TYPE__AT_SetAccessMethod:
            // Tables are heaps unless an extension has brought another method.
            text(command.name) == "heap" ? [] : [.scan, .rewrite]
        case PG_QUERY__ALTER_TABLE_TYPE__AT_SetTableSpace: .rewrite
        default: []
        }
    }

    /// ALTER INDEX locks the index, and its table not at all.
    private static func index(_ command: PgQuery__AlterTableCmd, _ name: ObjectName)
        -> TableAction
    {
        .fixed(form(command), .index, name, lock(command), work(command))
    }
}
