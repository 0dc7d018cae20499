extension KnownSchema {
    /// Takes up what a statement does.
    mutating func apply(_ effect: Effect) {
        switch effect {
        case .create(let kind, let name, let columns, let isGuarded):
            create(kind, name, columns: columns, ifNotExists: isGuarded)
        case .createEnum(let name, let values, let isGuarded):
            create(.type, name, columns: [], ifNotExists: isGuarded, values: values)
        case .drop(let kind, let name, _, _): drop(kind, name)
        case .rename(let kind, let from, let to): rename(kind, from, to: to.name)
        case .setSchema(let kind, let name, let schema):
            let old = key(kind, name)
            if !isNew(kind, name) { hold(in: .schema, ObjectName(name: schema)) }
            move(kind, from: old, to: ObjectName(schema: schema, name: old.name.name))
        case .addColumn, .dropColumn, .renameColumn, .alterColumnType: applyToColumn(effect)
        case .addEnumValue(let type, let value):
            change(.type, type) { $0.values?.append(value) }
        case .renameEnumValue(let type, let from, let to):
            change(.type, type) { $0.values = $0.values?.map { $0 == from ? to : $0 } }
        case .setSearchPath(let schemas): setSearchPath(schemas)
        case .truncate(let table, _):
            let name = resolve(.table, table)
            emptied.insert(name)
            written.insert(name)
            if size(of: table) != nil {
                change(.table, table) { $0.size = TableSize(rows: 0, bytes: 0) }
            }
        case .delete(let table, let rows):
            let name = resolve(.table, table)
            if !rows.isFiltered { emptied.insert(name) }
            written.insert(name)
        case .update(let table, _, _), .clear(let table, _, _), .overwriteSome(let table, _),
            .write(let table):
            written.insert(resolve(.table, table))
        case .dropAtCommit(let table): endAtCommit(table)
        case .discardTemporary: forgetTemporary()
        case .transaction(let step): take(step)
        case .defineRoutine(let name, let body):
            routines[newKey(.function, name).name, default: []] += body
        case .hold(let member, let holder): hold(member, in: holder)
        case .react(let table, let effects):
            reactions[resolve(.table, table), default: []] += effects
        case .dropOwned, .call, .unreadable, .changeAttribute: break
        }
    }

    private mutating func applyToColumn(_ effect: Effect) {
        switch effect {
        case .addColumn(let table, let column, let isGuarded):
            if isGuarded, self.column(column.name, of: table) != nil { return }
            change(.table, table) {
                // It may have been there already, unless all columns are known.
                $0.columns[column.name] = KnownColumn(
                    type: column.type, isNew: !isGuarded || $0.isNew || $0.hasAllColumns,
                    original: column.name)
            }
        case .dropColumn(let table, let column, _, _):
            forget(column: column, of: resolve(.table, table))
            change(.table, table) { $0.columns[column] = nil }
        case .renameColumn(let table, let from, let to):
            renamed(column: from, of: resolve(.table, table), to: to)
            change(.table, table) { table in
                let old = table.columns.removeValue(forKey: from)
                table.columns[to] = old ?? KnownColumn(type: nil, isNew: false, original: from)
            }
        case .alterColumnType(let table, let column, let type, _):
            if !isNew(column: column, of: table) { hold(in: .type, type.name) }
            change(.table, table) { table in
                let old = table.columns[column]
                table.columns[column] = KnownColumn(
                    type: type, isNew: old?.isNew ?? false, original: old?.original ?? column,
                    isNotNull: old?.isNotNull, hasDefault: old?.hasDefault)
            }
        default: break
        }
    }

    private mutating func create(
        _ kind: ObjectKind, _ name: ObjectName, columns: [Column], ifNotExists: Bool,
        values: [String]? = nil
    ) {
        let key = newKey(kind, name)
        if ifNotExists, objects[key] != nil { return }
        // IF NOT EXISTS has created nothing where it was there before, which the whole history
        // would tell.
        let isNew = !ifNotExists || knowsWholeHistory || isNew(kind, key.name)
        var object = Object(
            kind: kind, isNew: isNew, isMade: true, original: key.name, values: values)
        object.hasAllColumns = isNew && !columns.isEmpty
        for column in columns {
            object.columns[column.name] = KnownColumn(
                type: column.type, isNew: isNew, original: column.name)
        }
        touched.insert(key)
        if key.name.schema == "pg_temp" { temporary.insert(key) }
        objects[key] = object
    }

    private mutating func drop(_ kind: ObjectKind, _ name: ObjectName) {
        objects[key(kind, name)] = nil
        guard kind == .schema else { return }
        for key in objects.keys where key.name.schema == name.name { objects[key] = nil }
    }

    private mutating func rename(_ kind: ObjectKind, _ name: ObjectName, to newName: String) {
        let old = key(kind, name)
        move(kind, from: old, to: ObjectName(schema: old.name.schema, name: newName))
        guard kind == .schema else { return }
        for key in objects.keys where key.name.schema == name.name {
            let inside = ObjectName(schema: newName, name: key.name.name)
            touched.insert(Key(space: key.space, name: inside))
            objects[Key(space: key.space, name: inside)] = objects.removeValue(forKey: key)
        }
    }

    /// An object that no script has created was there when the plan began.
    private mutating func move(_ kind: ObjectKind, from old: Key, to name: ObjectName) {
        let isNew = isNew(kind, old.name)
        let object =
            objects.removeValue(forKey: old)
            ?? Object(kind: kind, isNew: isNew, original: old.name)
        touched.insert(Key(space: old.space, name: name))
        objects[Key(space: old.space, name: name)] = object
        if kind == .table { renamed(old.name, to: name) }
        if old.space == .type { renamed(type: old.name, to: name) }
    }

    mutating func change(
        _ kind: ObjectKind, _ name: ObjectName, _ body: (inout Object) -> Void
    ) {
        let key = key(kind, name)
        var object =
            objects[key]
            ?? Object(kind: kind, isNew: isNew(kind, name), original: key.name)
        body(&object)
        touched.insert(key)
        objects[key] = object
    }
}
