extension KnownSchema {
    /// Takes up a whole statement.
    mutating func apply(_ statement: Statement) {
        for effect in statement.effects { apply(effect) }
        for action in statement.actions { apply(action) }
        if statement.mayRunCode { emptied = [] }
    }

    /// Takes up how large tables are in the database.
    public mutating func take(_ sizes: [ObjectName: TableSize]) {
        for (table, size) in sizes { change(.table, table) { $0.size = size } }
    }

    /// How large a table is; nil where nobody has looked.
    public func size(of table: ObjectName) -> TableSize? { object(.table, table)?.size }

    /// Takes up a statement that has run.
    public mutating func replay(_ statement: Statement) { apply(statement) }

    /// Takes up the relations that the database does not have, by the names scripts give them.
    public mutating func takeAbsent(_ names: [ObjectName]) {
        absent.formUnion(names.map { newKey(.table, $0).name })
    }

    /// Takes up how volatile a function is in the database, by its name alone.
    public mutating func take(_ volatility: Volatility, of function: String) {
        volatilities[ObjectName(name: function)] = volatility
    }

    /// Takes up the constraints, defaults and indexes that a statement makes; the objects
    /// themselves come with its effects.
    mutating func apply(_ action: TableAction) {
        switch action {
        case .createTable(let table):
            for column in table.columns { learn(column, of: table.name) }
            for constraint in table.constraints { learn(constraint, of: table.name) }
        case .addColumn(let table, let column, _): learn(column, of: table)
        case .setNotNull(let table, let column):
            change(column, of: table) { $0.isNotNull = true }
        case .dropNotNull(let table, let column):
            change(column, of: table) { $0.isNotNull = false }
        case .setDefault(let table, let column, let isDropped):
            change(column, of: table) { $0.hasDefault = !isDropped }
        case .addConstraint(let table, let constraint): learn(constraint, of: table)
        case .validateConstraint(let table, let name):
            change(.table, table) { $0.constraints[name]?.isNotValid = false }
        case .dropConstraint(let table, let name):
            change(.table, table) { $0.constraints[name] = nil }
        case .renameConstraint(let table, let from, let to):
            change(.table, table) { $0.constraints[to] = $0.constraints.removeValue(forKey: from) }
        case .createIndex(let index): learn(index)
        case .declareFunction(let name, let volatility):
            volatilities[newKey(.function, name).name] = volatility
        case .createDomain(let domain, let base, let isConstrained):
            change(.domain, domain) { $0.base = base }
            if isConstrained { constrain(domain) }
        case .constrainDomain(let domain, _): constrain(domain)
        case .fixed("INSERT", _, let table, _, _): emptied.remove(resolve(.table, table))
        case .fixed, .dropTable, .dropColumn, .alterType, .attachPartition, .detachPartition,
            .dropIndex, .reindex:
            break
        }
    }

    private mutating func constrain(_ domain: ObjectName) {
        change(.domain, domain) {
            $0.constraints[""] = TableConstraint(kind: .check, name: nil, columns: [])
        }
    }

    private mutating func learn(_ column: NewColumn, of table: ObjectName) {
        change(column.name, of: table) {
            $0.isNotNull = column.isNotNull
            $0.hasDefault = column.filling != .nothing
            $0.isNumbered = column.isNumbered
        }
        for constraint in column.constraints { learn(constraint, of: table) }
    }

    private mutating func learn(_ constraint: TableConstraint, of table: ObjectName) {
        var constraint = constraint
        constraint.references = constraint.references.map { resolve(.table, $0) }
        if constraint.kind == .primaryKey {
            for column in constraint.columns { change(column, of: table) { $0.isNotNull = true } }
        }
        let name = constraint.name ?? Self.name(of: constraint, table)
        change(.table, table) { $0.constraints[name] = constraint }
    }

    private mutating func learn(_ index: NewIndex) {
        let table = resolve(.table, index.table)
        guard let name = index.name?.resolved(in: table.schema ?? "") else { return }
        var object =
            objects[key(.index, name)]
            ?? Object(
                kind: .index, isNew: true, original: name)
        object.index = NewIndex(
            name: name, table: table, columns: index.columns, isUnique: index.isUnique,
            isPartial: index.isPartial, isConcurrent: index.isConcurrent,
            ifNotExists: index.ifNotExists)
        touched.insert(key(.index, name))
        objects[key(.index, name)] = object
    }

    /// The name PostgreSQL gives a constraint without one.
    static func name(of constraint: TableConstraint, _ table: ObjectName) -> String {
        let ending =
            switch constraint.kind {
            case .check: "check"
            case .foreignKey: "fkey"
            case .unique: "key"
            case .primaryKey: "pkey"
            case .exclusion: "excl"
            }
        let columns = constraint.kind == .primaryKey ? [] : constraint.columns
        return ([table.name] + columns + [ending]).joined(separator: "_")
    }

    private mutating func change(
        _ column: String, of table: ObjectName, _ body: (inout KnownColumn) -> Void
    ) {
        change(.table, table) { table in
            var known =
                table.columns[column] ?? KnownColumn(type: nil, isNew: false, original: column)
            body(&known)
            table.columns[column] = known
        }
    }
}

extension Statement {
    /// Whether it runs code that may do anything to rows, or not run at all.
    fileprivate var mayRunCode: Bool { ["DO", "CALL", "SELECT", "MERGE", "COPY"].contains(tag) }
}

// MARK: - Following names

extension KnownSchema {
    /// A table has got another name: what points to it follows.
    mutating func renamed(_ table: ObjectName, to name: ObjectName) {
        for (key, object) in objects {
            if let index = object.index, index.table == table {
                objects[key]?.index = index.renamed(table: name)
            }
            for (constraint, known) in object.constraints where known.references == table {
                objects[key]?.constraints[constraint]?.references = name
            }
        }
    }

    /// A type has got another name: the columns that have it follow.
    mutating func renamed(type: ObjectName, to name: ObjectName) {
        for (key, object) in objects {
            for (column, known) in object.columns {
                guard let old = known.type, old.name.name == type.name,
                    old.name.resolved(in: type.schema ?? "") == type
                else { continue }
                let schema =
                    old.name.schema == nil && name.schema == type.schema ? nil : name.schema
                objects[key]?.columns[column]?.type = ColumnType(
                    name: ObjectName(schema: schema, name: name.name), modifiers: old.modifiers,
                    isArray: old.isArray)
            }
        }
    }

    /// A column has got another name: indexes and constraints follow.
    mutating func renamed(column: String, of table: ObjectName, to name: String) {
        for (key, object) in objects {
            guard let index = object.index, index.table == table else { continue }
            objects[key]?.index = index.renamed(column: column, to: name)
        }
        change(.table, table) { table in
            table.constraints = table.constraints.mapValues { $0.renamed(column: column, to: name) }
        }
    }

    /// A column is gone, and with it the indexes and constraints on it.
    mutating func forget(column: String, of table: ObjectName) {
        for (key, object) in objects {
            guard let index = object.index, index.table == table, index.columns.contains(column)
            else { continue }
            objects[key] = nil
        }
        change(.table, table) { table in
            table.constraints = table.constraints.filter { !$0.value.columns.contains(column) }
        }
    }

    /// The indexes of a table that are known.
    func indexes(of table: ObjectName) -> [NewIndex] {
        let resolved = resolve(.table, table)
        return objects.values.compactMap { object in
            object.index.flatMap { $0.table == resolved ? $0 : nil }
        }
    }
}

extension NewIndex {
    fileprivate func renamed(table: ObjectName) -> NewIndex {
        NewIndex(
            name: name.map { ObjectName(schema: table.schema, name: $0.name) }, table: table,
            columns: columns, isUnique: isUnique, isPartial: isPartial,
            isConcurrent: isConcurrent, ifNotExists: ifNotExists)
    }

    fileprivate func renamed(column: String, to new: String) -> NewIndex {
        NewIndex(
            name: name, table: table, columns: columns.map { $0 == column ? new : $0 },
            isUnique: isUnique, isPartial: isPartial, isConcurrent: isConcurrent,
            ifNotExists: ifNotExists)
    }
}

extension TableConstraint {
    fileprivate func renamed(column: String, to new: String) -> TableConstraint {
        var renamed = TableConstraint(
            kind: kind, name: name, columns: columns.map { $0 == column ? new : $0 })
        renamed.isNotValid = isNotValid
        renamed.references = references
        renamed.referencedColumns = referencedColumns
        renamed.usingIndex = usingIndex
        renamed.notNullColumns = notNullColumns.map { $0 == column ? new : $0 }
        return renamed
    }
}
