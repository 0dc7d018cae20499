/// Tells what an effect may lose, where the scripts before it have left the database.
struct LossReader {
    let schema: KnownSchema
    /// How many calls lead here.
    private var depth = 0

    init(schema: KnownSchema) { self.schema = schema }

    func subjects(of effect: Effect) -> [PotentialLoss.Subject] {
        if let reason = hidden(effect) { return [.unknown(reason)] }
        switch effect {
        case .drop(let kind, let name, let cascade, _): return dropped(kind, name, cascade)
        case .dropColumn(let table, let column, _, _)
        where !schema.isNew(column: column, of: table):
            return [value(column, table)]
        case .truncate(let table, let cascade) where !schema.isNew(.table, table):
            return [.rows(of: schema.original(table).name, cascades: cascade)]
        case .alterColumnType(let table, let column, let type, let conversion):
            return converted(column, table, type, conversion)
        case .changeAttribute(let type) where !schema.isNew(.type, type):
            return [.columns(ofType: schema.object(.type, type)?.original ?? type)]
        case .dropOwned(let roles):
            return [.unknown("it drops everything that \(roles.joined(separator: ", ")) owns")]
        case .call(let name): return called(name)
        case .unreadable(let reason): return [.unknown(reason)]
        default: return changed(by: effect)
        }
    }

    // MARK: Rows

    private func changed(by effect: Effect) -> [PotentialLoss.Subject] {
        switch effect {
        case .delete(let table, let rows):
            return reactions(table) + (schema.isNew(.table, table) ? [] : [deleted(table, rows)])
        case .update(let table, let columns, let isFiltered):
            return reactions(table)
                + (isFiltered ? [] : old(columns, table).map { value($0, table) })
        case .clear(let table, let column, let rows):
            return old([column], table).map { cleared($0, table, rows) }
        case .overwriteSome(let table, let columns):
            return old(columns, table).map { column in
                let original = schema.original(column, of: table)
                return .someValues(of: original.column ?? column, in: original.name)
            }
        case .write(let table): return reactions(table)
        default: return []
        }
    }

    private func old(_ columns: [String], _ table: ObjectName) -> [String] {
        columns.filter { !schema.isNew(column: $0, of: table) }
    }

    private func deleted(_ table: ObjectName, _ rows: RowSelection) -> PotentialLoss.Subject {
        let original = schema.original(table).name
        guard rows.isFiltered else { return .deletedRows(of: original) }
        guard let query = rows.counting, isAsBefore(table, rows) else {
            return .someRows(of: original)
        }
        return .pickedRows(of: original, counting: query)
    }

    private func cleared(_ column: String, _ table: ObjectName, _ rows: RowSelection)
        -> PotentialLoss.Subject
    {
        let original = schema.original(column, of: table)
        let name = original.column ?? column
        guard let query = rows.counting, name == column, isAsBefore(table, rows) else {
            return .someValues(of: name, in: original.name)
        }
        return .pickedValues(of: name, in: original.name, counting: query)
    }

    /// Whether a condition picks today the rows that it will pick then: the plan has changed
    /// nothing that it reads.
    private func isAsBefore(_ table: ObjectName, _ rows: RowSelection) -> Bool {
        guard schema.hasUsualSearchPath else { return false }
        return ([table] + rows.reads).allSatisfy { name in
            let resolved = schema.resolve(.table, name)
            guard !schema.written.contains(resolved) else { return false }
            guard let object = schema.object(.table, name) else { return true }
            return !object.isMade && object.original == resolved
        }
    }

    // MARK: Objects

    private func dropped(_ kind: ObjectKind, _ name: ObjectName, _ cascade: Bool)
        -> [PotentialLoss.Subject]
    {
        guard !schema.isNew(kind, name) else { return [] }
        switch kind {
        case .table: return [.rows(of: schema.original(name).name, cascades: false)]
        // Without CASCADE only what nothing depends on can be dropped.
        case .schema where cascade:
            return [.schema(schema.object(.schema, name)?.original.name ?? name.name)]
        case .type where cascade, .domain where cascade:
            return [
                .columns(
                    ofType: schema.object(kind, name)?.original ?? schema.resolve(kind, name))
            ]
        case .extension where cascade:
            return [
                .unknown("it drops every column whose type belongs to the extension \(name)")
            ]
        case .database: return [.unknown("it drops the database \(name)")]
        default: return []
        }
    }

    private func value(_ column: String, _ table: ObjectName) -> PotentialLoss.Subject {
        let original = schema.original(column, of: table)
        return .values(of: original.column ?? column, in: original.name)
    }

    private func converted(
        _ column: String, _ table: ObjectName, _ type: ColumnType, _ conversion: Conversion
    ) -> [PotentialLoss.Subject] {
        guard !schema.isNew(column: column, of: table) else { return [] }
        if !conversion.computes {
            // To a type of this plan: rows that do not fit make it fail.
            if schema.object(.type, type.name)?.isMade == true { return [] }
            if type.keepsEveryValue(of: schema.type(ofColumn: column, of: table)) { return [] }
        }
        let original = schema.original(column, of: table)
        return [
            .conversion(
                of: original.column ?? column, in: original.name, to: type, conversion)
        ]
    }

    // MARK: Code

    /// What a routine of the plan does; another one is a question to the database.
    private func called(_ name: ObjectName) -> [PotentialLoss.Subject] {
        // The database may have one of that name with other arguments.
        guard let body = schema.routines[schema.resolve(.function, name)] else {
            if schema.isHarmless(name) { return [] }
            guard !KnownSchema.destructive.contains(name.name) else {
                return [.unknown("it calls \(name), which may take something away")]
            }
            return [.call(name)]
        }
        return inside(body, "\(name)") + [.call(name)]
    }

    /// What triggers and rules of the plan do when the rows of a table change.
    private func reactions(_ table: ObjectName) -> [PotentialLoss.Subject] {
        schema.reactions[schema.resolve(.table, table)].map {
            inside($0, "a trigger or rule on \(table)")
        } ?? []
    }

    func inside(_ body: [Effect], _ name: String) -> [PotentialLoss.Subject] {
        guard depth < 8 else { return [.unknown("it runs \(name), which calls itself")] }
        var reader = self
        reader.depth += 1
        var subjects: [PotentialLoss.Subject] = []
        for effect in body {
            for subject in reader.subjects(of: effect) {
                guard case .call = subject else {
                    return [.unknown("it runs \(name), which \(effect.harm ?? "takes away")")]
                }
                subjects.append(subject)
            }
        }
        return subjects
    }
}

extension Effect {
    /// What it takes away, for a sentence that has its subject already.
    var harm: String? {
        switch self {
        case .drop(let kind, let name, _, _): "drops the \(kind.rawValue) \(name)"
        case .dropColumn(let table, let column, _, _): "drops the column \(column) of \(table)"
        case .alterColumnType(let table, let column, _, _):
            "changes the type of \(table).\(column)"
        case .truncate(let table, _): "empties \(table)"
        case .delete(let table, _): "deletes rows of \(table)"
        case .update(let table, _, _), .clear(let table, _, _), .overwriteSome(let table, _):
            "changes rows of \(table)"
        case .call(let name): "calls \(name)"
        case .unreadable: "may take something away"
        default: nil
        }
    }
}
