/// Finds indexes, constraints and sequences that only got another name.
///
/// What has the same definition on the same table under another name was renamed:
/// saying so keeps the index instead of building it again. Tables and columns are
/// not guessed at; two of them can look alike and hold different rows.
struct NameChanges {
    /// In the form of Prisma's own files.
    private(set) var steps: [DDLStep] = []
    /// The schema behind them.
    private(set) var from: SchemaSnapshot
    private let spelling: Spelling

    init(from: SchemaSnapshot, to: SchemaSnapshot) {
        self.from = from
        spelling = Spelling(defaultSchema: to.defaultSchema)
        for (old, new) in Self.pairs(from, to) {
            guard let step = step(old, new) else { continue }
            steps.append(step)
            rename(old, new)
        }
    }

    /// Each old name with the only new one that can be meant.
    private static func pairs(
        _ from: SchemaSnapshot, _ to: SchemaSnapshot
    ) -> [(SchemaObjectID, SchemaObjectID)] {
        let gone = from.objects.filter {
            to.objects[$0.key] == nil && isNamed($0.key, $0.value, from)
        }
        let come = to.objects.filter {
            from.objects[$0.key] == nil && isNamed($0.key, $0.value, to)
        }
        guard !gone.isEmpty, !come.isEmpty else { return [] }
        let places = Dictionary(grouping: come.keys) { place($0, to) }
        let origins = Dictionary(grouping: gone.keys) { place($0, from) }
        return gone.keys.sorted().compactMap { old in
            let like = { (ids: [SchemaObjectID], all: [SchemaObjectID: SchemaObject]) in
                ids.filter { all[$0] == gone[old] }
            }
            let matches = like(places[place(old, from)] ?? [], come)
            guard let new = matches.first, matches.count == 1,
                like(origins[place(old, from)] ?? [], gone).count == 1
            else { return nil }
            return (old, new)
        }
    }

    private static func isNamed(
        _ id: SchemaObjectID, _ object: SchemaObject, _ snapshot: SchemaSnapshot
    ) -> Bool {
        switch object {
        case .index(let index):
            return index.isValid && index.parent == nil && isAlone(index.table, snapshot)
        case .constraint(let constraint):
            return !constraint.isInherited && isAlone(id.owner(), snapshot)
        default: return false
        }
    }

    /// Names of constraints are handed down to partitions and children.
    private static func isAlone(_ id: SchemaObjectID, _ snapshot: SchemaSnapshot) -> Bool {
        guard let table = snapshot.table(id) else { return snapshot.objects[id] != nil }
        return table.partitionKey == nil && table.partition == nil && table.inherits.isEmpty
            && !snapshot.objects.values.contains { object in
                if case .table(let child) = object { child.inherits.contains(id) } else { false }
            }
    }

    private static func place(_ id: SchemaObjectID, _ snapshot: SchemaSnapshot) -> SchemaObjectID {
        var table = snapshot.index(id)?.table ?? id.owner()
        table.member = id.kind.rawValue
        return table
    }

    private func step(_ old: SchemaObjectID, _ new: SchemaObjectID) -> DDLStep? {
        switch from.objects[old] {
        case .index:
            return DDLStep(
                "RenameIndex",
                ["ALTER INDEX \(spelling.name(old)) RENAME TO \(quoted(new.name))"], objects: [new])
        case .constraint(let constraint):
            return DDLStep(
                constraint.kind == .foreignKey ? "RenameForeignKey" : "AlterTable",
                [
                    "ALTER TABLE \(spelling.name(old.owner())) RENAME CONSTRAINT "
                        + "\(quoted(old.member ?? "")) TO \(quoted(new.member ?? ""))"
                ], objects: [new])
        default: return nil
        }
    }

    private mutating func rename(_ old: SchemaObjectID, _ new: SchemaObjectID) {
        from.objects[new] = from.objects.removeValue(forKey: old)
        from.comments[new] = from.comments.removeValue(forKey: old)
        from.dependencies[new] = from.dependencies.removeValue(forKey: old)
        for (id, needs) in from.dependencies where needs.contains(old) {
            from.dependencies[id]?.remove(old)
            from.dependencies[id]?.insert(new)
        }
        let (name, newName) = (old.member ?? old.name, new.member ?? new.name)
        renameMarks(on: from.index(new)?.table ?? new.owner(), name, newName)
        // The comment of a constraint's index goes by the index's name.
        let (mark, newMark) = (
            SchemaObjectID(.index, old.schema, name), SchemaObjectID(.index, old.schema, newName)
        )
        if old.kind == .constraint, let comment = from.comments.removeValue(forKey: mark) {
            from.comments[newMark] = comment
        }
    }

    private mutating func renameMarks(on id: SchemaObjectID, _ name: String, _ newName: String) {
        switch from.objects[id] {
        case .table(var table):
            if table.clusteredOn == name { table.clusteredOn = newName }
            if table.replicaIdentity == "USING INDEX \(quoted(name))" {
                table.replicaIdentity = "USING INDEX \(quoted(newName))"
            }
            from.objects[id] = .table(table)
        case .view(var view):
            if view.clusteredOn == name { view.clusteredOn = newName }
            from.objects[id] = .view(view)
        default: break
        }
    }
}
