import CPgQuery

/// Reads what a statement asks of relations from its parse tree.
enum TableActionReader {
    static func actions(of node: NodePointer) -> [TableAction] {
        let value = node.pointee
        switch value.node_case {
        case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT: return alterTable(value.alter_table_stmt)
        case PG_QUERY__NODE__NODE_CREATE_STMT: return createTable(value.create_stmt)
        case PG_QUERY__NODE__NODE_INDEX_STMT: return createIndex(value.index_stmt)
        case PG_QUERY__NODE__NODE_DROP_STMT: return drop(value.drop_stmt)
        case PG_QUERY__NODE__NODE_RENAME_STMT: return rename(value.rename_stmt)
        case PG_QUERY__NODE__NODE_REINDEX_STMT: return reindex(value.reindex_stmt)
        case PG_QUERY__NODE__NODE_ALTER_DOMAIN_STMT: return alterDomain(value.alter_domain_stmt)
        case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT: return createDomain(value.create_domain_stmt)
        case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
            return createFunction(value.create_function_stmt)
        case PG_QUERY__NODE__NODE_DO_STMT: return RoutineBody(node)?.actions ?? []
        default: return fixed(node)
        }
    }

    /// A form that always takes the same lock.
    static func fixed(
        _ form: String, _ relation: UnsafeMutablePointer<PgQuery__RangeVar>?, _ lock: LockMode,
        _ work: Impact.Work = [], kind: ObjectKind = .table
    ) -> [TableAction] {
        ObjectName(relation).map { [.fixed(form, kind, $0, lock, work)] } ?? []
    }

    static func isConcurrent(_ count: Int, _ options: UnsafeMutablePointer<NodePointer?>?) -> Bool {
        option("concurrently", count, options)
    }

    /// Whether an option such as `(FULL)` is given and not switched off.
    static func option(
        _ name: String, _ count: Int, _ options: UnsafeMutablePointer<NodePointer?>?
    ) -> Bool {
        nodes(count, options).contains { node in
            guard node.pointee.node_case == PG_QUERY__NODE__NODE_DEF_ELEM,
                let element = node.pointee.def_elem?.pointee, text(element.defname) == name
            else { return false }
            let value = element.arg.flatMap { $0.name ?? constant($0) }?.lowercased()
            return !["false", "off", "0"].contains(value)
        }
    }
}

// MARK: - Tables and indexes

extension TableActionReader {
    private static func createTable(_ statement: UnsafeMutablePointer<PgQuery__CreateStmt>?)
        -> [TableAction]
    {
        guard let statement = statement?.pointee, let name = ObjectName(statement.relation) else {
            return []
        }
        let elements = nodes(statement.n_table_elts, statement.table_elts)
        let parents = nodes(statement.n_inh_relations, statement.inh_relations).compactMap(
            SQLAnalysis.name(of:))
        let isPartition = statement.partbound != nil
        let beside = nodes(statement.n_constraints, statement.constraints)
        return [
            .createTable(
                TableAction.NewTable(
                    name: name, columns: elements.compactMap(NewColumn.init),
                    constraints: (elements + beside).compactMap { TableConstraint($0) },
                    partitionOf: isPartition ? parents.first : nil,
                    inherits: isPartition ? [] : parents,
                    ifNotExists: statement.if_not_exists == 1))
        ]
    }

    private static func createIndex(_ statement: UnsafeMutablePointer<PgQuery__IndexStmt>?)
        -> [TableAction]
    {
        guard let statement = statement?.pointee, let table = ObjectName(statement.relation) else {
            return []
        }
        let columns = nodes(statement.n_index_params, statement.index_params).map { node in
            node.pointee.node_case == PG_QUERY__NODE__NODE_INDEX_ELEM
                ? text(node.pointee.index_elem?.pointee.name) : nil
        }
        return [
            .createIndex(
                NewIndex(
                    name: text(statement.idxname).map {
                        ObjectName(schema: table.schema, name: $0)
                    }, table: table, columns: columns, isUnique: statement.unique == 1,
                    isPartial: statement.where_clause != nil,
                    isConcurrent: statement.concurrent == 1,
                    ifNotExists: statement.if_not_exists == 1))
        ]
    }

    private static func reindex(_ statement: UnsafeMutablePointer<PgQuery__ReindexStmt>?)
        -> [TableAction]
    {
        guard let statement = statement?.pointee, let name = ObjectName(statement.relation) else {
            return []
        }
        let isIndex = statement.kind == PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_INDEX
        return [
            .reindex(
                isIndex ? .index : .table, name,
                isConcurrent: isConcurrent(statement.n_params, statement.params))
        ]
    }

    private static func drop(_ statement: UnsafeMutablePointer<PgQuery__DropStmt>?)
        -> [TableAction]
    {
        guard let statement = statement?.pointee, let kind = ObjectKind(statement.remove_type)
        else { return [] }
        let cascade = statement.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE
        return nodes(statement.n_objects, statement.objects).compactMap { node in
            switch kind {
            case .table, .foreignTable:
                SQLAnalysis.name(of: node).map { .dropTable($0, cascade: cascade) }
            case .index:
                SQLAnalysis.name(of: node).map {
                    .dropIndex($0, isConcurrent: statement.concurrent == 1)
                }
            case .view, .materializedView, .sequence:
                SQLAnalysis.name(of: node).map {
                    .fixed("DROP \(kind.rawValue.uppercased())", kind, $0, .accessExclusive, [])
                }
            case .trigger, .policy, .rule:
                // The last word is the object's own name, those before it the table's.
                ObjectName(node.items.dropLast()).map {
                    .fixed("DROP \(kind.rawValue.uppercased())", .table, $0, .accessExclusive, [])
                }
            default: nil
            }
        }
    }
}

// MARK: - Other objects

extension TableActionReader {
    private static func alterDomain(_ statement: UnsafeMutablePointer<PgQuery__AlterDomainStmt>?)
        -> [TableAction]
    {
        guard let statement = statement?.pointee,
            let name = ObjectName(nodes(statement.n_type_name, statement.type_name))
        else { return [] }
        switch text(statement.subtype) {
        case "C":
            let constraint = statement.def.flatMap { TableConstraint($0) }
            return [.constrainDomain(name, isNotValid: constraint?.isNotValid ?? false)]
        case "O", "V": return [.constrainDomain(name, isNotValid: false)]
        default: return []
        }
    }

    /// A new domain is the type of no column yet.
    private static func createDomain(
        _ statement: UnsafeMutablePointer<PgQuery__CreateDomainStmt>?
    ) -> [TableAction] {
        guard let statement = statement?.pointee,
            let name = ObjectName(nodes(statement.n_domainname, statement.domainname))
        else { return [] }
        let constraining = [
            PG_QUERY__CONSTR_TYPE__CONSTR_CHECK, PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL,
        ]
        let isConstrained = nodes(statement.n_constraints, statement.constraints).contains {
            $0.pointee.node_case == PG_QUERY__NODE__NODE_CONSTRAINT
                && constraining.contains(
                    $0.pointee.constraint?.pointee.contype
                        ?? PG_QUERY__CONSTR_TYPE__CONSTR_TYPE_UNDEFINED)
        }
        return [
            .createDomain(
                name, base: ColumnType(statement.type_name), isConstrained: isConstrained)
        ]
    }

    private static func createFunction(
        _ statement: UnsafeMutablePointer<PgQuery__CreateFunctionStmt>?
    ) -> [TableAction] {
        guard let statement = statement?.pointee, statement.is_procedure == 0,
            let name = ObjectName(nodes(statement.n_funcname, statement.funcname))
        else { return [] }
        var volatility = Volatility.volatile
        for option in nodes(statement.n_options, statement.options)
        where option.pointee.node_case == PG_QUERY__NODE__NODE_DEF_ELEM {
            guard let element = option.pointee.def_elem?.pointee,
                text(element.defname) == "volatility"
            else { continue }
            switch element.arg?.name {
            case "immutable": volatility = .immutable
            case "stable": volatility = .stable
            default: volatility = .volatile
            }
        }
        return [.declareFunction(name, volatility)]
    }
}
