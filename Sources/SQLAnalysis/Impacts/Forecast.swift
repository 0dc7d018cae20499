extension KnownSchema {
    /// What a statement does to each relation while it runs: what it locks, reads and writes
    /// anew, by the rules of PostgreSQL 15 and what is known of the relations.
    ///
    /// Where something is not known, the worse is assumed: an unknown old type makes a type
    /// change a rewrite, an unknown function is volatile.
    public func impacts(of statement: Statement) -> [Impact] {
        statement.actions.flatMap(impacts(of:)).merged()
    }

    /// What one part of a statement does to each relation.
    public func impacts(of action: TableAction) -> [Impact] {
        switch action {
        case .fixed(_, let kind, let name, let lock, let work):
            return [Impact(kind, resolve(kind, name), lock, work)]
        case .createTable(let table): return created(table)
        case .dropTable(let table, let cascade): return dropped(table, cascade: cascade)
        case .addColumn(let table, let column, _): return added(column, to: table)
        case .dropColumn(let table, let column):
            return strong(table) + referenced(from: table) { $0.columns.contains(column) }
        case .alterType(let table, let column, let type, let converts):
            return typeChange(of: column, in: table, to: type, converts: converts)
        case .setNotNull(let table, let column):
            return strong(table, isKnownNotNull(column, of: table) ? [] : .scan)
        case .dropNotNull(let table, _), .setDefault(let table, _, _),
            .renameConstraint(let table, _, _):
            return strong(table)
        case .addConstraint(let table, let constraint): return added(constraint, to: table)
        case .validateConstraint(let table, let name): return validated(name, of: table)
        case .dropConstraint(let table, let name):
            let constraint = object(.table, table)?.constraints[name]
            return strong(table) + (constraint?.references.map { strong($0) } ?? [])
        case .createIndex, .dropIndex, .reindex: return indexImpacts(of: action)
        case .attachPartition, .detachPartition: return partitionImpacts(of: action)
        case .constrainDomain(let domain, let isNotValid):
            return isNotValid
                ? [] : columns(ofType: domain).map { Impact(.table, $0, .share, .scan) }
        case .createDomain, .declareFunction: return []
        }
    }

    /// The strongest lock on a table, with some work.
    func strong(_ table: ObjectName, _ work: Impact.Work = []) -> [Impact] {
        [Impact(.table, resolve(.table, table), .accessExclusive, work)]
    }
}

// MARK: - Tables

extension KnownSchema {
    private func created(_ table: TableAction.NewTable) -> [Impact] {
        let constraints = table.constraints + table.columns.flatMap(\.constraints)
        let own = newKey(.table, table.name).name
        let references = constraints.compactMap(\.references).map { resolve(.table, $0) }
        let parents = table.inherits.map {
            Impact(.table, resolve(.table, $0), .shareUpdateExclusive)
        }
        return references.filter { $0 != own }.map { Impact(.table, $0, .shareRowExclusive) }
            + parents + (table.partitionOf.map { strong($0) } ?? [])
    }

    /// Foreign keys have triggers on both tables, so that both are locked.
    private func dropped(_ table: ObjectName, cascade: Bool) -> [Impact] {
        let name = resolve(.table, table)
        let pointing = objects.filter { key, object in
            cascade && key.name != name
                && object.constraints.values.contains { $0.references == name }
        }
        return strong(table) + referenced(from: table) { _ in true }
            + pointing.keys.map(\.name).sorted { $0.description < $1.description }.flatMap {
                strong($0)
            }
    }

    /// The tables that some foreign keys of a table point to.
    private func referenced(
        from table: ObjectName, where condition: (TableConstraint) -> Bool
    ) -> [Impact] {
        let constraints = object(.table, table)?.constraints ?? [:]
        return constraints.sorted { $0.key < $1.key }.map(\.value).filter(condition)
            .compactMap(\.references).flatMap { strong($0) }
    }

    private func columns(ofType type: ObjectName) -> [ObjectName] {
        let name = resolve(.domain, type)
        return objects.filter { _, object in
            object.columns.values.contains { column in
                column.type.map { resolve(.domain, $0.name) == name } ?? false
            }
        }.keys.map(\.name).sorted { $0.description < $1.description }
    }
}

// MARK: - Columns

extension KnownSchema {
    private func added(_ column: NewColumn, to table: ObjectName) -> [Impact] {
        var work: Impact.Work = rewrites(column) ? [.scan, .rewrite] : []
        if work.isEmpty, column.isNotNull, column.filling == .nothing { work = .scan }
        var impacts = column.constraints.flatMap { constraint -> [Impact] in
            var constraint = constraint
            // A new column without a default has only nulls, which a foreign key accepts.
            if constraint.kind == .foreignKey, column.filling == .nothing {
                constraint.isNotValid = true
            }
            return added(constraint, to: table)
        }
        impacts.append(
            Impact(.table, resolve(.table, table), .accessExclusive, work))
        return impacts
    }

    /// Whether a new column is written into every row.
    public func rewrites(_ column: NewColumn) -> Bool {
        if let type = column.type, object(.domain, type.name)?.constraints.isEmpty == false {
            return true
        }
        switch column.filling {
        case .nothing: return false
        case .computed: return true
        case .value(let functions): return functions.contains { volatility(of: $0) == .volatile }
        }
    }

    /// Whether a column is known to have no nulls, so that SET NOT NULL need not look.
    func isKnownNotNull(_ column: String, of table: ObjectName) -> Bool {
        if self.column(column, of: table)?.isNotNull == true { return true }
        return object(.table, table)?.constraints.values.contains {
            $0.kind == .check && !$0.isNotValid && $0.notNullColumns.contains(column)
        } ?? false
    }

    private func typeChange(
        of column: String, in table: ObjectName, to type: ColumnType, converts: Bool
    ) -> [Impact] {
        let old = baseType(ofColumn: column, of: table)
        let keepsBytes = !converts && plain(type).keepsBytes(of: old, isUTC: isUTC ?? false)
        let other =
            self.type(ofColumn: column, of: table) == type ? [] : keys(on: column, of: table)
        guard keepsBytes else {
            return strong(table, [.scan, .rewrite]) + other.flatMap { strong($0, .scan) }
        }
        var work: Impact.Work = []
        // PostgreSQL adds the constraints on the column again, and checks them.
        let constraints = object(.table, table)?.constraints.values
        if constraints?.contains(where: { $0.kind == .check && $0.columns.contains(column) })
            ?? false
        {
            work = .scan
        }
        if !type.keepsOrder(of: old),
            indexes(of: table).contains(where: { $0.columns.contains(column) })
        {
            work.formUnion([.scan, .indexBuild])
        }
        return strong(table, work) + other.flatMap { strong($0) }
    }

    /// The type below a domain that demands nothing.
    private func plain(_ type: ColumnType) -> ColumnType {
        guard let domain = object(.domain, type.name), let base = domain.base,
            domain.constraints.isEmpty
        else { return type }
        return base
    }

    /// The type of a column, and of one with a domain the type below it.
    private func baseType(ofColumn column: String, of table: ObjectName) -> ColumnType? {
        let type = self.type(ofColumn: column, of: table)
        return type.flatMap { object(.domain, $0.name)?.base } ?? type
    }

    /// The tables at the other end of the foreign keys of a column, whose triggers are made anew.
    private func keys(on column: String, of table: ObjectName) -> [ObjectName] {
        let name = resolve(.table, table)
        let own =
            object(.table, table)?.constraints.values.filter { $0.columns.contains(column) }
            .compactMap(\.references) ?? []
        let primary = object(.table, table)?.constraints.values.first { $0.kind == .primaryKey }
        let pointing = objects.filter { key, object in
            key.name != name
                && object.constraints.values.contains {
                    $0.references == name && $0.refersTo(column, primaryKey: primary)
                }
        }.keys.map(\.name)
        return (own + pointing).sorted { $0.description < $1.description }
    }
}

// MARK: - Constraints

extension KnownSchema {
    private func added(_ constraint: TableConstraint, to table: ObjectName) -> [Impact] {
        switch constraint.kind {
        case .check: return strong(table, constraint.isNotValid ? [] : .scan)
        case .foreignKey:
            let work: Impact.Work = constraint.isNotValid ? [] : .scan
            let own = Impact(.table, resolve(.table, table), .shareRowExclusive, work)
            let other = constraint.references.map {
                Impact(.table, resolve(.table, $0), .shareRowExclusive, work)
            }
            return [own] + (other.map { [$0] } ?? [])
        case .unique, .primaryKey, .exclusion:
            guard let index = constraint.usingIndex else {
                return strong(table, [.scan, .indexBuild])
            }
            // A primary key makes its columns NOT NULL, which is looked up in every row.
            let schema = resolve(.table, table).schema
            let name = ObjectName(schema: schema, name: index)
            let columns = object(.index, name)?.index?.columns.compactMap { $0 }
            let isSure = columns?.allSatisfy { isKnownNotNull($0, of: table) } ?? false
            return strong(table, constraint.kind == .primaryKey && !isSure ? .scan : [])
        }
    }

    private func validated(_ name: String, of table: ObjectName) -> [Impact] {
        let known = object(.table, table)?.constraints[name]
        let work: Impact.Work = known?.isNotValid == false ? [] : .scan
        let own = Impact(.table, resolve(.table, table), .shareUpdateExclusive, work)
        let other = known?.references.map {
            Impact(.table, resolve(.table, $0), .rowShare, work)
        }
        return [own] + (work.isEmpty ? [] : other.map { [$0] } ?? [])
    }
}

// MARK: - Indexes and partitions

extension KnownSchema {
    private func indexImpacts(of action: TableAction) -> [Impact] {
        switch action {
        case .createIndex(let index):
            if index.ifNotExists, let name = index.name, let known = object(.index, name),
                known.index != nil
            {
                return [Impact(.table, resolve(.table, index.table), .share)]
            }
            return [
                Impact(
                    .table, resolve(.table, index.table),
                    index.isConcurrent ? .shareUpdateExclusive : .share, [.scan, .indexBuild])
            ]
        case .dropIndex(let name, let isConcurrent):
            let mode = isConcurrent ? LockMode.shareUpdateExclusive : .accessExclusive
            let table = object(.index, name)?.index.map { Impact(.table, $0.table, mode) }
            let index = Impact(.index, resolve(.index, name), mode)
            return [index] + (table.map { [$0] } ?? [])
        case .reindex(.index, let name, let isConcurrent):
            let mode = isConcurrent ? LockMode.shareUpdateExclusive : .share
            let table = object(.index, name)?.index.map {
                Impact(.table, $0.table, mode, [.scan, .indexBuild])
            }
            let index = Impact(
                .index, resolve(.index, name),
                isConcurrent ? .shareUpdateExclusive : .accessExclusive,
                isConcurrent ? [] : .rewrite)
            return [index] + (table.map { [$0] } ?? [])
        case .reindex(_, let table, let isConcurrent):
            return [
                Impact(
                    .table, resolve(.table, table), isConcurrent ? .shareUpdateExclusive : .share,
                    [.scan, .indexBuild])
            ]
        default: return []
        }
    }

    private func partitionImpacts(of action: TableAction) -> [Impact] {
        switch action {
        case .attachPartition(let parent, let partition, _):
            return [
                Impact(.table, resolve(.table, parent), .shareUpdateExclusive),
                Impact(.table, resolve(.table, partition), .accessExclusive, .scan),
            ]
        case .detachPartition(let parent, let partition, let isConcurrent):
            let mode = isConcurrent ? LockMode.shareUpdateExclusive : .accessExclusive
            return [
                Impact(.table, resolve(.table, parent), mode),
                Impact(
                    .table, resolve(.table, partition),
                    isConcurrent ? .accessExclusive : .accessExclusive),
            ]
        default: return []
        }
    }
}
