import CPgQuery

extension TableActionReader {
    /// Statements other than ALTER TABLE that always take the same lock.
    static func fixed(_ node: NodePointer) -> [TableAction] {
        let value = node.pointee
        switch value.node_case {
        case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT:
            return fixed(
                "CREATE TRIGGER", value.create_trig_stmt?.pointee.relation, .shareRowExclusive)
        case PG_QUERY__NODE__NODE_RULE_STMT:
            return fixed("CREATE RULE", value.rule_stmt?.pointee.relation, .accessExclusive)
        case PG_QUERY__NODE__NODE_CREATE_POLICY_STMT:
            return fixed("CREATE POLICY", value.create_policy_stmt?.pointee.table, .accessExclusive)
        case PG_QUERY__NODE__NODE_ALTER_POLICY_STMT:
            return fixed("ALTER POLICY", value.alter_policy_stmt?.pointee.table, .accessExclusive)
        case PG_QUERY__NODE__NODE_CREATE_STATS_STMT:
            guard let statement = value.create_stats_stmt?.pointee else { return [] }
            return ranges(nodes(statement.n_relations, statement.relations)).map {
                .fixed("CREATE STATISTICS", .table, $0, .shareUpdateExclusive, [])
            }
        case PG_QUERY__NODE__NODE_ALTER_SEQ_STMT:
            return fixed(
                "ALTER SEQUENCE", value.alter_seq_stmt?.pointee.sequence, .shareRowExclusive,
                kind: .sequence)
        case PG_QUERY__NODE__NODE_REFRESH_MAT_VIEW_STMT:
            let isConcurrent = value.refresh_mat_view_stmt?.pointee.concurrent == 1
            return fixed(
                "REFRESH MATERIALIZED VIEW", value.refresh_mat_view_stmt?.pointee.relation,
                isConcurrent ? .exclusive : .accessExclusive,
                isConcurrent ? .scan : [.scan, .rewrite],
                kind: .materializedView)
        case PG_QUERY__NODE__NODE_VIEW_STMT where value.view_stmt?.pointee.replace == 1:
            return fixed(
                "CREATE OR REPLACE VIEW", value.view_stmt?.pointee.view, .accessExclusive,
                kind: .view)
        case PG_QUERY__NODE__NODE_CLUSTER_STMT:
            return fixed(
                "CLUSTER", value.cluster_stmt?.pointee.relation, .accessExclusive,
                [.scan, .rewrite])
        case PG_QUERY__NODE__NODE_VACUUM_STMT: return vacuum(value.vacuum_stmt)
        case PG_QUERY__NODE__NODE_LOCK_STMT: return lock(value.lock_stmt)
        case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
            guard let statement = value.truncate_stmt?.pointee else { return [] }
            return ranges(nodes(statement.n_relations, statement.relations)).map {
                .fixed("TRUNCATE", .table, $0, .accessExclusive, [])
            }
        case PG_QUERY__NODE__NODE_COMMENT_STMT: return comment(value.comment_stmt)
        case PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT:
            guard let statement = value.alter_object_schema_stmt?.pointee,
                let kind = ObjectKind(statement.object_type)
            else { return [] }
            return fixed("SET SCHEMA", statement.relation, .accessExclusive, kind: kind)
        case PG_QUERY__NODE__NODE_INSERT_STMT:
            return fixed("INSERT", value.insert_stmt?.pointee.relation, .rowExclusive)
        case PG_QUERY__NODE__NODE_UPDATE_STMT:
            return fixed("UPDATE", value.update_stmt?.pointee.relation, .rowExclusive, .scan)
        case PG_QUERY__NODE__NODE_DELETE_STMT:
            return fixed("DELETE", value.delete_stmt?.pointee.relation, .rowExclusive, .scan)
        case PG_QUERY__NODE__NODE_GRANT_STMT: return revoke(value.grant_stmt)
        default: return []
        }
    }

    /// The names of RangeVar nodes.
    private static func ranges(_ list: [NodePointer]) -> [ObjectName] {
        list.compactMap(SQLAnalysis.name(of:))
    }

    private static func vacuum(_ statement: UnsafeMutablePointer<PgQuery__VacuumStmt>?)
        -> [TableAction]
    {
        guard let statement = statement?.pointee else { return [] }
        let isVacuum = statement.is_vacuumcmd == 1
        let isFull = isVacuum && option("full", statement.n_options, statement.options)
        let form = isFull ? "VACUUM FULL" : isVacuum ? "VACUUM" : "ANALYZE"
        return nodes(statement.n_rels, statement.rels).flatMap { node -> [TableAction] in
            guard node.pointee.node_case == PG_QUERY__NODE__NODE_VACUUM_RELATION else { return [] }
            return fixed(
                form, node.pointee.vacuum_relation?.pointee.relation,
                isFull ? .accessExclusive : .shareUpdateExclusive,
                isFull ? [.scan, .rewrite] : [])
        }
    }

    private static func lock(_ statement: UnsafeMutablePointer<PgQuery__LockStmt>?)
        -> [TableAction]
    {
        // The parser gives the mode as PostgreSQL's own number.
        guard let statement = statement?.pointee, let mode = LockMode(rawValue: Int(statement.mode))
        else { return [] }
        return ranges(nodes(statement.n_relations, statement.relations)).map {
            .fixed("LOCK TABLE", .table, $0, mode, [])
        }
    }

    private static func comment(_ statement: UnsafeMutablePointer<PgQuery__CommentStmt>?)
        -> [TableAction]
    {
        guard let statement = statement?.pointee, let object = statement.object else { return [] }
        if let kind = ObjectKind(statement.objtype), kind.isRelation {
            return name(of: object).map { [.fixed("COMMENT", kind, $0, .shareUpdateExclusive, [])] }
                ?? []
        }
        let parts: [PgQuery__ObjectType] = [
            PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN, PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT,
            PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER, PG_QUERY__OBJECT_TYPE__OBJECT_POLICY,
            PG_QUERY__OBJECT_TYPE__OBJECT_RULE,
        ]
        guard parts.contains(statement.objtype) else { return [] }
        // Columns take a lock that lets writers through; the comments on the table's other parts
        // only make sure that the table stays.
        let isColumn = statement.objtype == PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN
        return ObjectName(object.items.dropLast()).map {
            [.fixed("COMMENT", .table, $0, isColumn ? .shareUpdateExclusive : .accessShare, [])]
        } ?? []
    }

    /// REVOKE locks nothing, but others lose what they may do.
    private static func revoke(_ statement: UnsafeMutablePointer<PgQuery__GrantStmt>?)
        -> [TableAction]
    {
        guard let statement = statement?.pointee, statement.is_grant == 0,
            statement.targtype == PG_QUERY__GRANT_TARGET_TYPE__ACL_TARGET_OBJECT,
            statement.objtype == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE
        else { return [] }
        return ranges(nodes(statement.n_objects, statement.objects)).map {
            .fixed("REVOKE", .table, $0, .accessShare, [])
        }
    }

    static func rename(_ statement: UnsafeMutablePointer<PgQuery__RenameStmt>?) -> [TableAction] {
        guard let statement = statement?.pointee, let relation = ObjectName(statement.relation)
        else { return [] }
        switch statement.rename_type {
        case PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT:
            return [
                .renameConstraint(
                    table: relation, from: text(statement.subname) ?? "",
                    to: text(statement.newname) ?? "")
            ]
        case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX:
            return [.fixed("RENAME", .index, relation, .shareUpdateExclusive, [])]
        case PG_QUERY__OBJECT_TYPE__OBJECT_ATTRIBUTE: return []
        default:
            let kind = ObjectKind(statement.rename_type)
            let isPart = kind.map { !$0.isRelation } ?? true
            return [
                .fixed("RENAME", isPart ? .table : kind ?? .table, relation, .accessExclusive, [])
            ]
        }
    }
}

extension ObjectKind {
    /// Whether it has a row in `pg_class` and can be locked.
    var isRelation: Bool {
        switch self {
        case .table, .view, .materializedView, .foreignTable, .index, .sequence: true
        default: false
        }
    }
}
