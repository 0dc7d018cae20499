import CPgQuery

/// PostgreSQL's command tags (`CreateCommandTag` in utility.c).
enum CommandTag {
    /// The tag of a statement, with CONCURRENTLY where it is said of an index.
    static func of(_ node: NodePointer) -> String {
        let value = node.pointee
        if let plain = plain[value.node_case.rawValue] { return plain }
        switch value.node_case {
        case PG_QUERY__NODE__NODE_TRANSACTION_STMT: return transaction(value.transaction_stmt)
        case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
            return "ALTER \(object(value.alter_table_stmt?.pointee.objtype))"
        case PG_QUERY__NODE__NODE_DROP_STMT:
            return "DROP \(object(value.drop_stmt?.pointee.remove_type))"
                + concurrently(value.drop_stmt?.pointee.concurrent)
        case PG_QUERY__NODE__NODE_RENAME_STMT: return rename(value.rename_stmt)
        case PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT:
            return "ALTER \(object(value.alter_object_schema_stmt?.pointee.object_type))"
        case PG_QUERY__NODE__NODE_ALTER_OWNER_STMT:
            return "ALTER \(object(value.alter_owner_stmt?.pointee.object_type))"
        case PG_QUERY__NODE__NODE_ALTER_OBJECT_DEPENDS_STMT:
            return "ALTER \(object(value.alter_object_depends_stmt?.pointee.object_type))"
        case PG_QUERY__NODE__NODE_ALTER_TABLE_MOVE_ALL_STMT:
            return "ALTER \(object(value.alter_table_move_all_stmt?.pointee.objtype))"
        case PG_QUERY__NODE__NODE_DEFINE_STMT:
            return "CREATE \(object(value.define_stmt?.pointee.kind))"
        case PG_QUERY__NODE__NODE_ALTER_FUNCTION_STMT:
            return "ALTER \(object(value.alter_function_stmt?.pointee.objtype))"
        case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
            let isProcedure = value.create_function_stmt?.pointee.is_procedure == 1
            return isProcedure ? "CREATE PROCEDURE" : "CREATE FUNCTION"
        case PG_QUERY__NODE__NODE_INDEX_STMT:
            return "CREATE INDEX" + concurrently(value.index_stmt?.pointee.concurrent)
        case PG_QUERY__NODE__NODE_REINDEX_STMT: return reindex(value.reindex_stmt)
        case PG_QUERY__NODE__NODE_SELECT_STMT:
            return value.select_stmt?.pointee.into_clause == nil ? "SELECT" : "SELECT INTO"
        case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT: return tableAs(value.create_table_as_stmt)
        case PG_QUERY__NODE__NODE_GRANT_STMT:
            return value.grant_stmt?.pointee.is_grant == 1 ? "GRANT" : "REVOKE"
        case PG_QUERY__NODE__NODE_GRANT_ROLE_STMT:
            return value.grant_role_stmt?.pointee.is_grant == 1 ? "GRANT ROLE" : "REVOKE ROLE"
        case PG_QUERY__NODE__NODE_VACUUM_STMT:
            return value.vacuum_stmt?.pointee.is_vacuumcmd == 1 ? "VACUUM" : "ANALYZE"
        case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT: return variable(value.variable_set_stmt)
        case PG_QUERY__NODE__NODE_DISCARD_STMT: return discard(value.discard_stmt)
        case PG_QUERY__NODE__NODE_DEALLOCATE_STMT:
            let isOne = text(value.deallocate_stmt?.pointee.name) != nil
            return isOne ? "DEALLOCATE" : "DEALLOCATE ALL"
        case PG_QUERY__NODE__NODE_CLOSE_PORTAL_STMT:
            let isOne = text(value.close_portal_stmt?.pointee.portalname) != nil
            return isOne ? "CLOSE CURSOR" : "CLOSE CURSOR ALL"
        case PG_QUERY__NODE__NODE_FETCH_STMT:
            return value.fetch_stmt?.pointee.ismove == 1 ? "MOVE" : "FETCH"
        default: return "UNKNOWN"
        }
    }

    private static func concurrently(_ flag: protobuf_c_boolean?) -> String {
        flag == 1 ? " CONCURRENTLY" : ""
    }

    private static func transaction(_ statement: UnsafeMutablePointer<PgQuery__TransactionStmt>?)
        -> String
    {
        switch statement?.pointee.kind {
        case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN: "BEGIN"
        case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START: "START TRANSACTION"
        case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT: "COMMIT"
        case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK,
            PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO:
            "ROLLBACK"
        case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_SAVEPOINT: "SAVEPOINT"
        case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_RELEASE: "RELEASE"
        case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_PREPARE: "PREPARE TRANSACTION"
        case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT_PREPARED: "COMMIT PREPARED"
        case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_PREPARED: "ROLLBACK PREPARED"
        default: "UNKNOWN"
        }
    }

    /// A column or constraint is renamed by altering what it belongs to.
    private static func rename(_ statement: UnsafeMutablePointer<PgQuery__RenameStmt>?) -> String {
        guard let statement = statement?.pointee else { return "UNKNOWN" }
        switch statement.rename_type {
        case PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN:
            return "ALTER \(object(statement.relation_type))"
        case PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT: return "ALTER TABLE"
        case PG_QUERY__OBJECT_TYPE__OBJECT_DOMCONSTRAINT: return "ALTER DOMAIN"
        default: return "ALTER \(object(statement.rename_type))"
        }
    }

    private static func reindex(_ statement: UnsafeMutablePointer<PgQuery__ReindexStmt>?)
        -> String
    {
        guard let statement = statement?.pointee else { return "REINDEX" }
        let options = Options(statement.n_params, statement.params)
        return options.isOn("concurrently", default: false) ? "REINDEX CONCURRENTLY" : "REINDEX"
    }

    private static func tableAs(_ statement: UnsafeMutablePointer<PgQuery__CreateTableAsStmt>?)
        -> String
    {
        guard let statement = statement?.pointee else { return "UNKNOWN" }
        if statement.is_select_into == 1 { return "SELECT INTO" }
        let isView = statement.objtype == PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW
        return isView ? "CREATE MATERIALIZED VIEW" : "CREATE TABLE AS"
    }

    private static func variable(_ statement: UnsafeMutablePointer<PgQuery__VariableSetStmt>?)
        -> String
    {
        switch statement?.pointee.kind {
        case PG_QUERY__VARIABLE_SET_KIND__VAR_RESET, PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL:
            "RESET"
        default: "SET"
        }
    }

    private static func discard(_ statement: UnsafeMutablePointer<PgQuery__DiscardStmt>?)
        -> String
    {
        switch statement?.pointee.target {
        case PG_QUERY__DISCARD_MODE__DISCARD_ALL: "DISCARD ALL"
        case PG_QUERY__DISCARD_MODE__DISCARD_PLANS: "DISCARD PLANS"
        case PG_QUERY__DISCARD_MODE__DISCARD_SEQUENCES: "DISCARD SEQUENCES"
        case PG_QUERY__DISCARD_MODE__DISCARD_TEMP: "DISCARD TEMP"
        default: "DISCARD"
        }
    }
}
