/// What has to come before what.
extension OperationGraph {
    mutating func addDropEdges() {
        for id in plan.drops {
            let drop = dropping(id)
            for need in plan.from.dependencies[id] ?? [] {
                if plan.drops.contains(need) { edge(drop, dropping(need)) }
                if plan.alters.contains(need), !isOwn(need, of: id) { edge(drop, altering(need)) }
                // Under its old name only while the type still has it.
                if plan.isReplacedType(need) { edge(drop, creating(need)) }
            }
            guard plan.creates.contains(id) else { continue }
            if id.kind.isType { edge(creating(id), drop) } else { edge(drop, creating(id)) }
        }
    }

    mutating func addAlterEdges() {
        for id in plan.alters {
            for need in plan.to.dependencies[id] ?? [] {
                if plan.creates.contains(need) { edge(creating(need), altering(id)) }
                if plan.alters.contains(need) { edge(altering(need), altering(id)) }
            }
            for need in plan.from.dependencies[id] ?? [] where plan.drops.contains(need) {
                edge(altering(id), dropping(need))
            }
            if case .sequence(let sequence)? = plan.from.objects[id], let owner = sequence.owner,
                plan.drops.contains(owner)
            {
                edge(altering(id), dropping(owner))
            }
        }
    }

    mutating func addCreateEdges() {
        for id in plan.creates {
            let create = creating(id)
            for need in plan.needs(id) where !isPartOfParent(id, need) {
                if plan.creates.contains(need) { edge(creating(need), create) }
                if plan.alters.contains(need), !isOwn(need, of: id) {
                    edge(altering(need), create)
                }
            }
        }
    }

    /// Changes of the table as a whole are no matter of its members, unless it
    /// joins or leaves a parent, which has edges of its own.
    private func isOwn(_ table: SchemaObjectID, of member: SchemaObjectID) -> Bool {
        table.kind == .table && member.kind.isMember && member.owner() == table
    }

    /// A name can be taken only when it is free. Relations and types share
    /// names: an index can take the place of a constraint.
    mutating func addNameEdges() {
        var freed: [String: [Operation]] = [:]
        for id in plan.drops where !plan.isReplacedType(id) {
            guard let name = claimedName(id, plan.from) else { continue }
            freed[name, default: []].append(dropping(id))
        }
        for id in plan.creates where !plan.isReplacedType(id) {
            guard let name = claimedName(id, plan.to) else { continue }
            for drop in freed[name] ?? [] { edge(drop, creating(id)) }
        }
    }

    private func claimedName(_ id: SchemaObjectID, _ snapshot: SchemaSnapshot) -> String? {
        switch id.kind {
        case .table, .view, .materializedView, .sequence, .index, .enumeration, .domain,
            .compositeType, .rangeType:
            "\(id.schema)\0\(id.name)"
        case .constraint:
            switch snapshot.constraint(id)?.kind {
            case .primaryKey, .unique, .exclusion: "\(id.schema)\0\(id.member ?? "")"
            default: nil
            }
        default: nil
        }
    }

    /// The index or constraint of a partition is made before its parent's,
    /// which then takes it over under the name it has.
    private func isPartOfParent(_ id: SchemaObjectID, _ need: SchemaObjectID) -> Bool {
        plan.to.index(id)?.parent == need
            || (plan.to.constraint(id)?.isInherited == true && need.kind == .constraint)
    }

    mutating func addPartitionEdges() {
        addInheritanceEdges()
        for id in plan.creates {
            if let parent = plan.to.index(id)?.parent { edge(creating(id), creating(parent)) }
            if plan.to.constraint(id)?.isInherited == true, let parent = parent(of: id, in: plan.to)
            {
                edge(creating(id), creating(parent))
            }
        }
        for node in nodes where node.verb == .attach {
            guard let parent = plan.to.table(node.id)?.partition?.parent else { continue }
            for id in plan.creates.union(plan.alters) {
                let table = plan.to.index(id)?.table ?? (id.kind == .table ? id : id.owner())
                guard table == node.id || table == parent, id.kind != .trigger else { continue }
                if plan.to.constraint(id)?.kind == .foreignKey { continue }
                if plan.creates.contains(id) { edge(creating(id), node) }
                if plan.alters.contains(id) { edge(altering(id), node) }
            }
        }
    }

    /// A child table needs its parent's columns and checks when it joins it, and
    /// cannot lose them before it leaves.
    private mutating func addInheritanceEdges() {
        for id in plan.creates where id.kind.isMember && plan.alters.contains(id.owner()) {
            if isInherited(id, plan.to) { edge(creating(id), altering(id.owner())) }
        }
        for id in plan.drops where id.kind.isMember && plan.alters.contains(id.owner()) {
            if isInherited(id, plan.from) { edge(altering(id.owner()), dropping(id)) }
        }
        for table in plan.alters where table.kind == .table {
            let left = (plan.from.table(table)?.parents ?? []).filter {
                plan.to.table(table)?.parents.contains($0) == false
            }
            for id in plan.drops.union(plan.alters) where left.contains(id.owner()) {
                guard id.kind.isMember else { continue }
                edge(
                    altering(table), plan.drops.contains(id) ? dropping(id) : altering(id))
            }
        }
        for id in plan.alters where id.kind == .column && plan.alters.contains(id.owner()) {
            if isInherited(id, plan.to), !isInherited(id, plan.from) {
                edge(altering(id), altering(id.owner()))
            } else {
                edge(altering(id.owner()), altering(id))
            }
        }
    }

    private func isInherited(_ id: SchemaObjectID, _ snapshot: SchemaSnapshot) -> Bool {
        snapshot.column(id)?.isInherited ?? snapshot.constraint(id)?.isInherited ?? false
    }
}
