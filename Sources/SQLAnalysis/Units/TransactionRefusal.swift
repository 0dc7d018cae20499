import CPgQuery

/// Which statements PostgreSQL refuses inside a transaction block.
///
/// These are the callers of `PreventInTransactionBlock` in PostgreSQL 15, and of later releases
/// as far as the grammar of 15 can express them. Left out is what only the catalog can tell:
/// CLUSTER and REINDEX of a partitioned table.
enum TransactionRefusal {
    /// Why the statement is refused, or nil.
    static func sentence(_ node: NodePointer) -> String? {
        command(node).map { "\($0) cannot run inside a transaction block." }
    }

    private static func command(_ node: NodePointer) -> String? {
        let value = node.pointee
        switch value.node_case {
        case PG_QUERY__NODE__NODE_INDEX_STMT:
            return value.index_stmt?.pointee.concurrent == 1 ? "CREATE INDEX CONCURRENTLY" : nil
        case PG_QUERY__NODE__NODE_DROP_STMT:
            return value.drop_stmt?.pointee.concurrent == 1 ? "DROP INDEX CONCURRENTLY" : nil
        case PG_QUERY__NODE__NODE_REINDEX_STMT: return reindex(value.reindex_stmt)
        case PG_QUERY__NODE__NODE_VACUUM_STMT:
            return value.vacuum_stmt?.pointee.is_vacuumcmd == 1 ? "VACUUM" : nil
        case PG_QUERY__NODE__NODE_CLUSTER_STMT:
            return value.cluster_stmt?.pointee.relation == nil ? "CLUSTER without a table" : nil
        case PG_QUERY__NODE__NODE_ALTER_SYSTEM_STMT: return "ALTER SYSTEM"
        case PG_QUERY__NODE__NODE_CREATEDB_STMT: return "CREATE DATABASE"
        case PG_QUERY__NODE__NODE_DROPDB_STMT: return "DROP DATABASE"
        case PG_QUERY__NODE__NODE_ALTER_DATABASE_STMT: return alterDatabase(value)
        case PG_QUERY__NODE__NODE_CREATE_TABLE_SPACE_STMT: return "CREATE TABLESPACE"
        case PG_QUERY__NODE__NODE_DROP_TABLE_SPACE_STMT: return "DROP TABLESPACE"
        case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT: return alterTable(value.alter_table_stmt)
        case PG_QUERY__NODE__NODE_CREATE_SUBSCRIPTION_STMT,
            PG_QUERY__NODE__NODE_ALTER_SUBSCRIPTION_STMT,
            PG_QUERY__NODE__NODE_DROP_SUBSCRIPTION_STMT:
            return subscription(value)
        case PG_QUERY__NODE__NODE_DISCARD_STMT:
            let target = value.discard_stmt?.pointee.target
            return target == PG_QUERY__DISCARD_MODE__DISCARD_ALL ? "DISCARD ALL" : nil
        case PG_QUERY__NODE__NODE_TRANSACTION_STMT: return prepared(value)
        default: return nil
        }
    }

    private static func reindex(_ statement: UnsafeMutablePointer<PgQuery__ReindexStmt>?)
        -> String?
    {
        guard let statement = statement?.pointee else { return nil }
        if Options(statement.n_params, statement.params).isOn("concurrently", default: false) {
            return "REINDEX CONCURRENTLY"
        }
        switch statement.kind {
        case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SCHEMA: return "REINDEX SCHEMA"
        case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SYSTEM: return "REINDEX SYSTEM"
        case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_DATABASE: return "REINDEX DATABASE"
        default: return nil
        }
    }

    private static func alterDatabase(_ node: PgQuery__Node) -> String? {
        guard let statement = node.alter_database_stmt?.pointee else { return nil }
        let options = Options(statement.n_options, statement.options)
        return options["tablespace"] == nil ? nil : "ALTER DATABASE SET TABLESPACE"
    }

    private static func alterTable(_ statement: UnsafeMutablePointer<PgQuery__AlterTableStmt>?)
        -> String?
    {
        guard let statement = statement?.pointee else { return nil }
        let detaches = StandaloneFacts.detached(statement) != nil
        return detaches ? "ALTER TABLE DETACH PARTITION CONCURRENTLY" : nil
    }

    private static func subscription(_ node: PgQuery__Node) -> String? {
        if let create = node.create_subscription_stmt?.pointee,
            node.node_case == PG_QUERY__NODE__NODE_CREATE_SUBSCRIPTION_STMT
        {
            let options = Options(create.n_options, create.options)
            let connects = options.isOn("connect", default: true)
            return options.isOn("create_slot", default: connects)
                ? "CREATE SUBSCRIPTION with a replication slot" : nil
        }
        guard let alter = node.alter_subscription_stmt?.pointee,
            node.node_case == PG_QUERY__NODE__NODE_ALTER_SUBSCRIPTION_STMT
        else {
            // Only without a slot is it allowed, which the catalog knows.
            return "DROP SUBSCRIPTION"
        }
        let options = Options(alter.n_options, alter.options)
        switch alter.kind {
        case PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_REFRESH:
            return "ALTER SUBSCRIPTION REFRESH"
        case PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_SET_PUBLICATION,
            PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_ADD_PUBLICATION,
            PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_DROP_PUBLICATION:
            return options.isOn("refresh", default: true) ? "ALTER SUBSCRIPTION with refresh" : nil
        case PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_OPTIONS:
            let changesSlot = options["failover"] != nil || options["two_phase"] != nil
            return changesSlot ? "ALTER SUBSCRIPTION SET (failover or two_phase)" : nil
        default:
            return nil
        }
    }

    private static func prepared(_ node: PgQuery__Node) -> String? {
        switch node.transaction_stmt?.pointee.kind {
        case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT_PREPARED: return "COMMIT PREPARED"
        case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_PREPARED:
            return "ROLLBACK PREPARED"
        default: return nil
        }
    }
}

/// A list of options, such as `WITH (create_slot = false)`.
struct Options {
    private var values: [String: String] = [:]

    init(_ count: Int, _ list: UnsafeMutablePointer<NodePointer?>?) {
        for node in nodes(count, list) where node.pointee.node_case == PG_QUERY__NODE__NODE_DEF_ELEM
        {
            guard let element = node.pointee.def_elem?.pointee,
                let name = SQLAnalysis.text(element.defname)
            else { continue }
            values[name] = element.arg.map(Self.value) ?? ""
        }
    }

    subscript(name: String) -> String? { values[name] }

    /// Reads a Boolean as `defGetBoolean` does: named without a value means on.
    func isOn(_ name: String, default: Bool) -> Bool {
        guard let value = values[name] else { return `default` }
        return !["false", "off", "0"].contains(value.lowercased())
    }

    private static func value(_ node: NodePointer) -> String {
        switch node.pointee.node_case {
        case PG_QUERY__NODE__NODE_STRING: return node.name ?? ""
        case PG_QUERY__NODE__NODE_INTEGER: return "\(node.pointee.integer?.pointee.ival ?? 0)"
        case PG_QUERY__NODE__NODE_BOOLEAN:
            return node.pointee.boolean?.pointee.boolval == 1 ? "true" : "false"
        case PG_QUERY__NODE__NODE_A_CONST: return constant(node) ?? ""
        default: return ""
        }
    }
}
