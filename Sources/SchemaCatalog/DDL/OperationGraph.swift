/// Puts the operations of a plan into an order the server accepts.
///
/// Edges say what must come first; among what is free to go, the order is that
/// of Prisma's own files. Operations that one statement does together (a new
/// table with its columns, a dropped table with its indexes) share a node.
struct OperationGraph {
    let plan: ChangePlan
    /// Objects of new tables that cannot be part of `CREATE TABLE`.
    private(set) var isolated: Set<SchemaObjectID> = []
    /// Objects that must go before the table they are dropped with.
    private var isolatedDrops: Set<SchemaObjectID> = []
    private var after: [Operation: Set<Operation>] = [:]
    private var nodes: Set<Operation> = []

    init(_ plan: ChangePlan) {
        self.plan = plan
        isolated = plan.creates.filter(needsIsolation)
        isolatedDrops = plan.drops.filter(needsIsolatedDrop)
        addNodes()
        addDropEdges()
        addAlterEdges()
        addCreateEdges()
        addNameEdges()
        addPartitionEdges()
    }

    /// Every operation once, in order. An unbreakable circle is cut at its
    /// first operation by rank: the server then says what is wrong.
    func ordered() -> [Operation] {
        var waiting = Dictionary(uniqueKeysWithValues: nodes.map { ($0, 0) })
        for (_, followers) in after {
            for follower in followers { waiting[follower, default: 0] += 1 }
        }
        let keys = Dictionary(uniqueKeysWithValues: nodes.map { ($0, key($0)) })
        let precedes: (Operation, Operation) -> Bool = { left, right in
            guard let left = keys[left], let right = keys[right] else { return false }
            return left < right
        }
        var ready = nodes.filter { waiting[$0] == 0 }
        var result: [Operation] = []
        while result.count < nodes.count {
            let candidates = ready.isEmpty ? Set(waiting.keys) : ready
            guard let next = candidates.min(by: precedes) else { break }
            ready.remove(next)
            waiting[next] = nil
            result.append(next)
            for follower in after[next] ?? [] {
                guard let count = waiting[follower] else { continue }
                waiting[follower] = count - 1
                if count == 1 { ready.insert(follower) }
            }
        }
        return result
    }

    private struct Key: Comparable {
        var rank: Int
        var schema: String
        var name: String
        var clause: Int
        var position: Int
        var member: String

        static func < (left: Key, right: Key) -> Bool {
            (left.rank, left.schema, left.name, left.clause, left.position, left.member)
                < (right.rank, right.schema, right.name, right.clause, right.position, right.member)
        }
    }

    private func key(_ operation: Operation) -> Key {
        let id = operation.id
        let snapshot = operation.verb == .drop ? plan.from : plan.to
        let order = snapshot.columnOrder[id.owner()] ?? []
        let table = snapshot.index(id)?.table
        return Key(
            rank: operation.rank(constraintKind(operation)), schema: id.schema,
            name: table?.name ?? id.name, clause: operation.clauseRank,
            position: order.firstIndex(of: id.member ?? "") ?? 0,
            member: id.member ?? (table == nil ? "" : id.name))
    }

    private func constraintKind(_ operation: Operation) -> ConstraintDefinition.Kind? {
        (operation.verb == .drop ? plan.from : plan.to).constraint(operation.id)?.kind
            ?? plan.from.constraint(operation.id)?.kind
    }

    // MARK: nodes

    private mutating func addNodes() {
        for id in plan.drops { nodes.insert(dropping(id)) }
        for id in plan.creates { nodes.insert(creating(id)) }
        for id in plan.alters { nodes.insert(altering(id)) }
        for id in plan.creates.union(plan.alters) {
            if case .sequence(let sequence)? = plan.target(id), let owner = sequence.owner,
                !isSerial(id), owner != plan.from.sequence(id)?.owner || plan.creates.contains(id)
            {
                add(.own, id, after: creating(id))
                add(.own, id, after: creating(owner))
            }
        }
        for id in plan.creates where plan.to.table(id)?.partition != nil { add(.attach, id) }
    }

    private mutating func add(
        _ verb: Operation.Verb, _ id: SchemaObjectID, after first: Operation? = nil
    ) {
        let operation = Operation(verb: verb, id: id)
        nodes.insert(operation)
        if let first, nodes.contains(first) { edge(first, operation) }
    }

    fileprivate mutating func edge(_ first: Operation, _ second: Operation) {
        guard first != second, nodes.contains(first), nodes.contains(second) else { return }
        after[first, default: []].insert(second)
    }

    /// What happens to a column of a parent happens to its children.
    fileprivate func altering(_ id: SchemaObjectID) -> Operation {
        if let parent = parentMember(of: id, in: plan.to), plan.alters.contains(parent),
            plan.from.objects[parent] != nil
        {
            return altering(parent)
        }
        return Operation(verb: .alter, id: id)
    }

    /// The column, default or check of the parent table that an equal one of a
    /// child table comes from.
    private func parentMember(
        of id: SchemaObjectID, in snapshot: SchemaSnapshot
    ) -> SchemaObjectID? {
        guard id.kind == .column || id.kind == .columnDefault || id.kind == .constraint,
            let old = plan.from.table(id.owner()), let new = plan.to.table(id.owner())
        else { return nil }
        if let key = snapshot.constraint(id), key.kind != .check { return nil }
        let parents = old.parents.filter(new.parents.contains)
        return parents.map { SchemaObjectID(id.kind, $0.schema, $0.name, id.member) }
            .first { isSame(id, $0, snapshot) }
    }

    private func isSame(
        _ child: SchemaObjectID, _ parent: SchemaObjectID, _ snapshot: SchemaSnapshot
    ) -> Bool {
        if let column = snapshot.column(child) { return column.isInherited }
        guard let object = snapshot.objects[parent] else { return false }
        if let constraint = snapshot.constraint(child) {
            return constraint.isInherited && constraint.text == snapshot.constraint(parent)?.text
        }
        return object == snapshot.objects[child]
    }

    /// The operation that creates an object: its table's, where `CREATE TABLE`
    /// can hold it.
    func creating(_ id: SchemaObjectID) -> Operation {
        if !plan.creates.contains(id.owner()), let parent = parentMember(of: id, in: plan.to),
            plan.creates.contains(parent)
        {
            return creating(parent)
        }
        if !isolated.contains(id) {
            let owner = id.owner()
            if id.kind.isMember, plan.creates.contains(owner), canBeInline(id) {
                return Operation(verb: .create, id: owner)
            }
            if id.kind == .columnDefault || isSerial(id) {
                let column = serialColumn(id) ?? id.sibling(.column, id.member)
                if plan.creates.contains(column) { return creating(column) }
            }
        }
        return Operation(verb: .create, id: id)
    }

    private func canBeInline(_ id: SchemaObjectID) -> Bool {
        switch plan.target(id) {
        case .column, .columnDefault: true
        case .constraint(let constraint): constraint.kind != .foreignKey
        default: false
        }
    }

    func isSerial(_ id: SchemaObjectID) -> Bool { serialColumn(id) != nil }

    private func serialColumn(_ id: SchemaObjectID) -> SchemaObjectID? {
        guard id.kind == .sequence, plan.creates.contains(id),
            let column = plan.to.sequence(id)?.owner, plan.creates.contains(column),
            plan.to.serialSequence(of: column) == id
        else { return nil }
        return column
    }

    /// The operation that drops an object: that of the table, column or index
    /// it goes with.
    func dropping(_ id: SchemaObjectID) -> Operation {
        if !plan.drops.contains(id.owner()), let parent = parentMember(of: id, in: plan.from),
            plan.drops.contains(parent)
        {
            return dropping(parent)
        }
        var carrier: SchemaObjectID?
        switch plan.from.objects[id] {
        case .constraint(let constraint) where constraint.kind == .foreignKey: break
        case .index(let index):
            carrier = [index.table, index.parent].compactMap { $0 }.first(
                where: plan.drops.contains)
        case .sequence(let sequence):
            carrier = sequence.owner.flatMap { owner in
                [owner, owner.owner()].first(where: plan.drops.contains)
            }
        case .constraint(let constraint)
        where constraint.isInherited && !plan.drops.contains(id.owner()):
            carrier = parent(of: id, in: plan.from).flatMap { plan.drops.contains($0) ? $0 : nil }
        default: break
        }
        if isolatedDrops.contains(id) { return Operation(verb: .drop, id: id) }
        if carrier == nil, id.kind.isMember, plan.from.constraint(id)?.kind != .foreignKey {
            let column = id.sibling(.column, id.member)
            carrier = plan.from.relation(of: id).flatMap { plan.drops.contains($0) ? $0 : nil }
            if carrier == nil, id.kind == .columnDefault, plan.drops.contains(column) {
                carrier = column
            }
        }
        return carrier.map(dropping) ?? Operation(verb: .drop, id: id)
    }

    /// The constraint of the parent table an inherited one came with.
    private func parent(of id: SchemaObjectID, in snapshot: SchemaSnapshot) -> SchemaObjectID? {
        snapshot.dependencies[id]?.first { $0.kind == .constraint && $0.owner() != id.owner() }
    }

    /// A default or check that needs something which needs the table itself,
    /// and constraints that `CREATE TABLE` would validate.
    private func needsIsolation(_ id: SchemaObjectID) -> Bool {
        guard id.kind.isMember, plan.creates.contains(id.owner()) else { return false }
        if let constraint = plan.to.constraint(id), !constraint.isValidated { return true }
        return plan.needs(id).contains { need in
            need.kind.isRoutine && plan.creates.contains(need)
                && Self.reaches(need, id.owner(), plan.needs)
        }
    }

    private func needsIsolatedDrop(_ id: SchemaObjectID) -> Bool {
        guard id.kind.isMember, id.kind != .column, plan.drops.contains(id.owner()) else {
            return false
        }
        let needs: (SchemaObjectID) -> Set<SchemaObjectID> = { plan.from.dependencies[$0] ?? [] }
        return needs(id).contains { need in
            need.kind.isRoutine && plan.drops.contains(need)
                && Self.reaches(need, id.owner(), needs)
        }
    }

    private static func reaches(
        _ start: SchemaObjectID, _ goal: SchemaObjectID,
        _ needs: (SchemaObjectID) -> Set<SchemaObjectID>
    ) -> Bool {
        var seen: Set<SchemaObjectID> = [start]
        var open = [start]
        while let id = open.popLast() {
            if id == goal { return true }
            for need in needs(id) where seen.insert(need).inserted { open.append(need) }
        }
        return false
    }

    // MARK: edges

    private mutating func addDropEdges() {
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

    private mutating func addAlterEdges() {
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

    private mutating func addCreateEdges() {
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
    private mutating func addNameEdges() {
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

    private mutating func addPartitionEdges() {
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
}

extension OperationGraph {
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

extension SchemaSnapshot {
    /// The sequence of a column that `SERIAL` would create just so.
    func serialSequence(of column: SchemaObjectID) -> SchemaObjectID? {
        guard let definition = self.column(column), definition.isNotNull,
            ["smallint", "integer", "bigint"].contains(definition.type.text),
            let expression = defaultExpression(of: column),
            expression.hasPrefix("nextval('"), expression.hasSuffix("'::regclass)")
        else { return nil }
        let name = "\(column.name)_\(column.member ?? "")_seq"
        let id = SchemaObjectID(.sequence, column.schema, name)
        guard name.utf8.count < 64, let sequence = sequence(id), sequence.owner == column,
            !sequence.isUnlogged, sequence.options == .serial(definition.type.text),
            dependencies[column.sibling(.columnDefault, column.member)]?.contains(id) == true
        else { return nil }
        return id
    }
}

extension SequenceOptions {
    /// What a sequence of this type has when nothing else is said.
    static func serial(_ type: String) -> SequenceOptions {
        let maximum = ["smallint": Int(Int16.max), "integer": Int(Int32.max)][type] ?? Int.max
        return SequenceOptions(
            type: type, start: 1, increment: 1, minimum: 1, maximum: maximum, cache: 1,
            cycles: false)
    }
}
