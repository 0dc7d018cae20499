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
    private(set) var nodes: Set<Operation> = []

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

    mutating func edge(_ first: Operation, _ second: Operation) {
        guard first != second, nodes.contains(first), nodes.contains(second) else { return }
        after[first, default: []].insert(second)
    }

    /// What happens to a column of a parent happens to its children.
    func altering(_ id: SchemaObjectID) -> Operation {
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
    func parent(of id: SchemaObjectID, in snapshot: SchemaSnapshot) -> SchemaObjectID? {
        snapshot.dependencies[id]?.first { $0.kind == .constraint && $0.owner() != id.owner() }
    }

    /// A default or check that needs something which needs the table itself,
    /// and constraints that `CREATE TABLE` would validate.
    private func needsIsolation(_ id: SchemaObjectID) -> Bool {
        guard id.kind.isMember, plan.creates.contains(id.owner()) else { return false }
        if let constraint = plan.to.constraint(id), !constraint.isValidated { return true }
        if overridesParent(id) { return true }
        return plan.needs(id).contains { need in
            need.kind.isRoutine && plan.creates.contains(need)
                && Self.reaches(need, id.owner(), plan.needs)
        }
    }

    /// A default of its own for a column that a child table has from its parent.
    private func overridesParent(_ id: SchemaObjectID) -> Bool {
        guard id.kind == .columnDefault, let table = plan.to.table(id.owner()),
            plan.to.column(id.sibling(.column, id.member))?.isLocal == false
        else { return false }
        return !table.inherits.contains { parent in
            plan.to.objects[SchemaObjectID(.columnDefault, parent.schema, parent.name, id.member)]
                == plan.to.objects[id]
        } && !table.inherits.isEmpty
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
}
