/// Turns single objects around in a copy of today's schema.
struct SchemaMerge {
    let before: SchemaSnapshot
    let after: SchemaSnapshot
    let now: SchemaSnapshot
    private(set) var target: SchemaSnapshot
    /// For objects that could not be turned around, what stood in the way.
    private(set) var obstacles: [SchemaObjectID: SchemaObjectID] = [:]
    /// Objects that stay as they are today because something needs them, or that
    /// cannot return.
    private(set) var kept: Set<SchemaObjectID> = []
    private(set) var takenAlong: [SchemaObjectID] = []
    private var restored: Set<SchemaObjectID> = []
    private let dependents: [SchemaObjectID: Set<SchemaObjectID>]

    enum Outcome {
        case turned, settled, overtaken
    }

    init(before: SchemaSnapshot, after: SchemaSnapshot, now: SchemaSnapshot) {
        self.before = before
        self.after = after
        self.now = now
        target = now
        dependents = now.dependents()
    }

    // MARK: objects

    mutating func definition(_ id: SchemaObjectID) -> Outcome {
        let (wanted, had, current) = (before.objects[id], after.objects[id], now.objects[id])
        if current == wanted { return .settled }
        guard let wanted else {
            target.objects[id] = nil
            return .turned
        }
        if current == had {
            // Another object may have taken the name meanwhile.
            if current == nil, isNameTaken(id) { return .overtaken }
            restore(id, wanted)
            return .turned
        }
        guard let had, let current,
            let merged = FieldMerge(wanted: wanted, had: had, current: current).merged
        else { return .overtaken }
        if merged == current { return .settled }
        restore(id, merged)
        return .turned
    }

    private mutating func restore(_ id: SchemaObjectID, _ object: SchemaObject) {
        target.objects[id] = object
        target.dependencies[id] = before.dependencies[id]
        restored.insert(id)
    }

    private func isNameTaken(_ id: SchemaObjectID) -> Bool {
        let relations: [ObjectKind] = [.table, .view, .materializedView, .sequence, .index]
        let types: [ObjectKind] = [.enumeration, .domain, .compositeType, .rangeType]
        let kinds =
            relations.contains(id.kind) ? relations + types : types.contains(id.kind) ? types : []
        return kinds.contains { kind in
            let other = SchemaObjectID(kind, id.schema, id.name)
            return kind != id.kind && now.objects[other] != nil && after.objects[other] == nil
        }
    }

    // MARK: comments and grants

    mutating func attribute(_ change: SchemaChange) -> Outcome {
        let id = change.object
        guard
            target.objects[id] != nil || target.objects[id.owner()] != nil
                || target.relation(of: id) != nil
        else { return before.objects[id] == nil ? .turned : .overtaken }
        switch change.aspect {
        case .comment:
            return turn(before.comments[id], after.comments[id], now.comments[id]) {
                target.comments[id] = $0
            }
        case .grants:
            return turn(before.grants[id], after.grants[id], now.grants[id]) {
                target.grants[id] = $0
            }
        case .definition: return .turned
        }
    }

    private func turn<Value: Equatable>(
        _ wanted: Value?, _ had: Value?, _ current: Value?, _ set: (Value?) -> Void
    ) -> Outcome {
        if current == wanted { return .settled }
        guard current == had else { return .overtaken }
        set(wanted)
        return .turned
    }

    // MARK: what belongs together

    /// Until nothing in the target needs what is not there: what belongs to
    /// something that goes goes with it; what else needs it makes it stay.
    mutating func closeGaps(_ changed: [SchemaObjectID]) {
        while true {
            if let (id, need) = incomplete(changed) {
                // It cannot return without what it needs.
                target.objects[id] = now.objects[id]
                target.dependencies[id] = now.dependencies[id]
                restored.remove(id)
                kept.insert(id)
                obstacles[id] = need
            } else if !takeAlong(), !keepWhatIsNeeded() {
                return
            }
        }
    }

    /// A restored object that needs something which is not there today.
    private func incomplete(
        _ changed: [SchemaObjectID]
    ) -> (object: SchemaObjectID, need: SchemaObjectID)? {
        for id in changed where restored.contains(id) && target.objects[id] != nil {
            let missing = (target.dependencies[id] ?? []).sorted().first {
                target.objects[$0] == nil && before.objects[$0] != nil
            }
            if let missing { return (id, missing) }
        }
        return nil
    }

    private var gone: [SchemaObjectID] {
        now.objects.keys.filter { target.objects[$0] == nil }
    }

    /// Removes members, indexes and sequences of what is gone.
    private mutating func takeAlong() -> Bool {
        var didChange = false
        for id in gone {
            for dependent in dependents[id] ?? []
            where target.objects[dependent] != nil && needs(dependent, id) {
                guard belongs(dependent, to: id) else { continue }
                target.objects[dependent] = nil
                if after.objects[dependent] == nil { takenAlong.append(dependent) }
                didChange = true
            }
        }
        for (id, object) in target.objects {
            if case .sequence(let sequence) = object, let owner = sequence.owner,
                target.objects[owner] == nil, now.objects[owner] != nil
            {
                target.objects[id] = nil
                if after.objects[id] == nil { takenAlong.append(id) }
                didChange = true
            }
        }
        return didChange
    }

    private func needs(_ id: SchemaObjectID, _ need: SchemaObjectID) -> Bool {
        target.dependencies[id]?.contains(need) == true
    }

    /// Whether the server drops it together with the other without being told.
    private func belongs(_ id: SchemaObjectID, to need: SchemaObjectID) -> Bool {
        if id.kind == .columnDefault, need.kind == .column { return id.owner() == need.owner() }
        if let index = now.index(id) {
            return index.table == (need.kind == .column ? need.owner() : need)
                || index.parent == need
        }
        if id.kind.isMember {
            let owner = need.kind == .column ? need.owner() : need
            return now.relation(of: id) == owner && (need.kind != .column || id.kind == .constraint)
        }
        return id.kind == .statistics && (need.kind == .column || need.kind == .table)
    }

    /// What something that stays needs stays too.
    private mutating func keepWhatIsNeeded() -> Bool {
        for id in gone.sorted() {
            let needing = (dependents[id] ?? []).sorted().first {
                target.objects[$0] != nil && needs($0, id)
            }
            guard let needing else { continue }
            obstacles[id] = needing
            keep(id)
            return true
        }
        return false
    }

    /// With everything it is made of and everything it needs itself.
    private mutating func keep(_ id: SchemaObjectID) {
        guard target.objects[id] == nil, let object = now.objects[id] else { return }
        target.objects[id] = object
        target.dependencies[id] = now.dependencies[id]
        kept.insert(id)
        takenAlong.removeAll { $0 == id }
        for need in now.dependencies[id] ?? [] { keep(need) }
        for other in now.objects.keys where target.objects[other] == nil {
            let isPart =
                other.kind.isMember && now.relation(of: other) == id
                || now.index(other)?.table == id
            if isPart { keep(other) }
        }
    }

    // MARK: the rest of a snapshot

    /// The target with comments, grants and orders of what it has, and no others.
    func finished() -> SchemaSnapshot {
        if now == after, kept.isEmpty { return before }
        var result = target
        result.comments = result.comments.filter { isThere($0.key) }
        result.grants = result.grants.filter { isThere($0.key) }
        for id in restored where result.objects[id] != nil && now.objects[id] == nil {
            result.comments[id] = before.comments[id]
            result.grants[id] = before.grants[id]
        }
        result.dependencies = result.dependencies.filter { result.objects[$0.key] != nil }
        result.columnOrder = [:]
        for id in result.objects.keys
        where now.columnOrder[id] != nil || before.columnOrder[id] != nil {
            result.columnOrder[id] = columnOrder(of: id)
        }
        return result
    }

    private func isThere(_ id: SchemaObjectID) -> Bool {
        if target.objects[id] != nil { return true }
        guard id.kind == .column, let view = target.relation(of: id) else { return false }
        return view.kind.isView
    }

    private func columnOrder(of id: SchemaObjectID) -> [String] {
        let today = now.columnOrder[id] ?? []
        let earlier = (before.columnOrder[id] ?? []).filter { !today.contains($0) }
        return (today + earlier).filter { name in
            if case .compositeType(let type)? = target.objects[id] {
                return type.attributes[name] != nil
            }
            return target.objects[SchemaObjectID(.column, id.schema, id.name, name)] != nil
        }
    }
}
