import CPgQuery

/// ``StandaloneWork`` as far as the parse tree has it.
enum StandaloneFacts: Sendable {
    case known(StandaloneWork)
    /// An index whose definition stands in the text behind its table.
    case buildsIndex(name: String?, table: ObjectName, isUnique: Bool, tableOffset: Int)

    init?(_ node: NodePointer) {
        let value = node.pointee
        switch value.node_case {
        case PG_QUERY__NODE__NODE_INDEX_STMT:
            guard let statement = value.index_stmt?.pointee, statement.concurrent == 1,
                let table = ObjectName(statement.relation),
                let offset = statement.relation?.pointee.location
            else { return nil }
            self = .buildsIndex(
                name: text(statement.idxname), table: table, isUnique: statement.unique == 1,
                tableOffset: Int(offset))
        default:
            guard let work = Self.work(value) else { return nil }
            self = .known(work)
        }
    }

    private static func work(_ value: PgQuery__Node) -> StandaloneWork? {
        switch value.node_case {
        case PG_QUERY__NODE__NODE_DROP_STMT: return droppedIndex(value.drop_stmt?.pointee)
        case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
            guard let statement = value.alter_table_stmt?.pointee,
                let parent = ObjectName(statement.relation), let partition = detached(statement)
            else { return nil }
            return .detaches(partition: partition, from: parent)
        case PG_QUERY__NODE__NODE_CREATEDB_STMT:
            return creates(.database, value.createdb_stmt?.pointee.dbname)
        case PG_QUERY__NODE__NODE_DROPDB_STMT:
            return drops(.database, value.dropdb_stmt?.pointee.dbname)
        case PG_QUERY__NODE__NODE_CREATE_TABLE_SPACE_STMT:
            return creates(.tablespace, value.create_table_space_stmt?.pointee.tablespacename)
        case PG_QUERY__NODE__NODE_DROP_TABLE_SPACE_STMT:
            return drops(.tablespace, value.drop_table_space_stmt?.pointee.tablespacename)
        case PG_QUERY__NODE__NODE_CREATE_SUBSCRIPTION_STMT:
            return creates(.subscription, value.create_subscription_stmt?.pointee.subname)
        case PG_QUERY__NODE__NODE_DROP_SUBSCRIPTION_STMT:
            return drops(.subscription, value.drop_subscription_stmt?.pointee.subname)
        default: return nil
        }
    }

    private static func creates(
        _ object: StandaloneObject, _ name: UnsafeMutablePointer<CChar>?
    ) -> StandaloneWork? {
        text(name).map { .creates(object, name: $0) }
    }

    private static func drops(
        _ object: StandaloneObject, _ name: UnsafeMutablePointer<CChar>?
    ) -> StandaloneWork? {
        text(name).map { .drops(object, name: $0) }
    }

    /// DROP INDEX CONCURRENTLY takes one index only.
    private static func droppedIndex(_ statement: PgQuery__DropStmt?) -> StandaloneWork? {
        guard let statement, statement.concurrent == 1,
            let name = nodes(statement.n_objects, statement.objects).first.flatMap(name(of:))
        else { return nil }
        return .dropsIndex(name)
    }

    static func detached(_ statement: PgQuery__AlterTableStmt) -> ObjectName? {
        nodes(statement.n_cmds, statement.cmds).lazy.compactMap { node -> ObjectName? in
            guard node.pointee.node_case == PG_QUERY__NODE__NODE_ALTER_TABLE_CMD,
                let command = node.pointee.alter_table_cmd?.pointee,
                command.subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartition,
                let def = command.def?.pointee,
                def.node_case == PG_QUERY__NODE__NODE_PARTITION_CMD,
                let partition = def.partition_cmd?.pointee, partition.concurrent == 1
            else { return nil }
            return ObjectName(partition.name)
        }.first
    }
}
