/// Which objects are dropped, altered and created to get from one snapshot to
/// another, including what has to make way for a change and come back.
struct ChangePlan {
    let from: SchemaSnapshot
    let to: SchemaSnapshot
    let style: DDLStyle
    /// Tables whose indexes are built without locking out writers.
    let concurrent: Set<SchemaObjectID>
    private(set) var drops: Set<SchemaObjectID> = []
    private(set) var creates: Set<SchemaObjectID> = []
    private(set) var alters: Set<SchemaObjectID> = []
    /// Columns whose type is written anew although its name may be the same.
    private(set) var retyped: Set<SchemaObjectID> = []
    private let dependents: [SchemaObjectID: Set<SchemaObjectID>]

    init(
        _ difference: SchemaDifference, style: DDLStyle, dropsAdditions: Bool,
        concurrent: Set<SchemaObjectID>
    ) {
        self.concurrent = concurrent
        from = difference.from
        to = difference.to
        self.style = style
        dependents = difference.from.dependents()
        for change in difference.changes where change.aspect == .definition {
            // What cannot be created again is only ever dropped.
            if isUnrendered(to.objects[change.object]) { continue }
            if change.kind == .changed, isUnrendered(from.objects[change.object]) { continue }
            switch change.kind {
            case .added: creates.insert(change.object)
            case .removed: if dropsAdditions { drops.insert(change.object) }
            case .changed: classify(change.object)
            }
        }
        rebuildEnumsThatCannotGrow(dropsAdditions)
        makeWay()
    }

    private func isUnrendered(_ object: SchemaObject?) -> Bool {
        if case .other? = object { true } else { false }
    }

    /// The definition an object shall end with. What only the old schema knows
    /// and is kept ends as it was.
    func target(_ id: SchemaObjectID) -> SchemaObject? { to.objects[id] ?? from.objects[id] }

    /// What an object to be created needs.
    func needs(_ id: SchemaObjectID) -> Set<SchemaObjectID> {
        (to.objects[id] == nil ? from.dependencies[id] : to.dependencies[id]) ?? []
    }

    /// Whether a type is replaced: the old one is renamed, the new one created,
    /// columns are moved over, the old one dropped.
    func isReplacedType(_ id: SchemaObjectID) -> Bool {
        id.kind.isType && drops.contains(id) && creates.contains(id)
    }

    private mutating func classify(_ id: SchemaObjectID) {
        guard let old = from.objects[id], let new = to.objects[id] else { return }
        if isPartitionKey(id), isRetyped(id) {
            recreate(id.owner())
        } else if Self.canAlter(id, old, new) {
            if !drops.contains(id) { alters.insert(id) }
        } else {
            recreate(id)
        }
    }

    /// PostgreSQL changes no type under a partition key.
    private func isPartitionKey(_ id: SchemaObjectID) -> Bool {
        guard id.kind == .column, let name = id.member,
            let key = from.table(id.owner())?.partitionKey
        else { return false }
        let words = key.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "$" }
        return key.contains(quoted(name)) || words.contains(name[...])
    }

    private mutating func recreate(_ id: SchemaObjectID) {
        drops.insert(id)
        creates.insert(id)
        alters.remove(id)
    }

    /// Whether a changed object can stay in place.
    private static func canAlter(_ id: SchemaObjectID, _ old: SchemaObject, _ new: SchemaObject)
        -> Bool
    {
        switch (old, new) {
        case (.table(let old), .table(let new)):
            return old.partitionKey == new.partitionKey && old.ofType == new.ofType
        case (.column(let old), .column(let new)):
            return old.generated == new.generated || new.generated == nil
        case (.constraint(var old), .constraint(let new)):
            guard !old.isValidated, new.isValidated else { return false }
            old.isValidated = true
            if old.text.hasSuffix(" NOT VALID") { old.text.removeLast(" NOT VALID".count) }
            return old == new
        case (.index(let old), .index(let new)):
            return old.text == new.text && old.isUnique == new.isUnique && old.table == new.table
                && old.isValid == new.isValid
        case (.routine(let old), .routine(let new)):
            return old.signature == new.signature && id.kind != .aggregate
        case (.trigger(let old), .trigger(let new)): return old.statement == new.statement
        case (.rule(let old), .rule(let new)): return old.statement == new.statement
        case (.domain(let old), .domain(let new)):
            return old.type == new.type && old.collation == new.collation
        case (.columnDefault, _), (.sequence, _), (.enumeration, _), (.compositeType, _),
            (.extension, _):
            return true
        default: return false
        }
    }

    // MARK: enums

    /// `ADD VALUE` is enough where labels are only added and nothing else in
    /// the same script uses them: PostgreSQL refuses a new label in the
    /// transaction that adds it.
    private mutating func rebuildEnumsThatCannotGrow(_ dropsAdditions: Bool) {
        for id in alters where id.kind == .enumeration {
            guard case .enumeration(let old)? = from.objects[id],
                case .enumeration(let new)? = to.objects[id]
            else { continue }
            let kept = new.labels.filter(old.labels.contains)
            let added = new.labels.filter { !old.labels.contains($0) }
            let onlyGrows = dropsAdditions ? kept == old.labels : true
            if !onlyGrows || usesLabel(added) { recreate(id) }
        }
    }

    private func usesLabel(_ labels: [String]) -> Bool {
        let literals = labels.map { "'" + $0.split(separator: "'").joined(separator: "''") + "'" }
        return creates.union(alters).contains { id in
            guard let text = to.objects[id]?.expressionText else { return false }
            return literals.contains { text.contains($0) }
        }
    }

    // MARK: what has to make way

    private mutating func makeWay() {
        var gone = Array(drops)
        var moved = alters.filter(isRetyped)
        retyped.formUnion(moved)
        while true {
            if let id = gone.popLast() {
                for dependent in dependents[id] ?? [] where !drops.contains(dependent) {
                    if isMovable(dependent, offDropped: id), isPartitionKey(dependent) {
                        recreate(dependent.owner())
                        gone.append(dependent.owner())
                    } else if isMovable(dependent, offDropped: id) {
                        if retyped.insert(dependent).inserted { moved.insert(dependent) }
                        alters.insert(dependent)
                    } else if mustGo(dependent, withDropped: id) {
                        recreate(dependent)
                        gone.append(dependent)
                    }
                }
            } else if let id = moved.popFirst() {
                for dependent in dependents[id] ?? [] where !drops.contains(dependent) {
                    guard mustGo(dependent, whenRetyped: id) else { continue }
                    recreate(dependent)
                    gone.append(dependent)
                }
            } else {
                return
            }
        }
    }

    private func isRetyped(_ id: SchemaObjectID) -> Bool {
        guard let old = from.column(id), let new = to.column(id) else { return false }
        return old.type != new.type || old.collation != new.collation
    }

    /// A column of a type that is replaced keeps its data and moves over.
    private func isMovable(_ id: SchemaObjectID, offDropped need: SchemaObjectID) -> Bool {
        guard need.kind.isType || need.kind == .table, let column = from.column(id) else {
            return false
        }
        return column.generated == nil && id.owner() != need
    }

    private func mustGo(_ id: SchemaObjectID, withDropped need: SchemaObjectID) -> Bool {
        if id.kind == .table {
            // A child that stays goes with its parent and comes back with it.
            return need.kind == .table && to.table(id)?.parents.contains(need) == true
        }
        if let column = from.column(id) { return column.generated != nil || id.owner() == need }
        if isUnrendered(from.objects[id]) { return false }
        return id.kind != .schema
    }

    private func mustGo(_ id: SchemaObjectID, whenRetyped column: SchemaObjectID) -> Bool {
        switch from.objects[id] {
        case .index(let index): index.hasExpressions
        case .constraint(let constraint):
            constraint.kind != .primaryKey && constraint.kind != .unique
        case .column(let column): column.generated != nil
        case .columnDefault, .view, .rule, .policy, .trigger, .routine, .publication, .statement:
            true
        default: false
        }
    }
}

extension SchemaObject {
    /// The text in which labels and functions may be named.
    fileprivate var expressionText: String? {
        switch self {
        case .columnDefault(let text): text
        case .column(let column): column.generated
        case .constraint(let constraint): constraint.text
        case .index(let index): index.text
        case .view(let view): view.query
        case .routine(let routine): routine.body
        case .trigger(let trigger): trigger.statement
        case .policy(let policy): (policy.using ?? "") + (policy.check ?? "")
        case .rule(let rule): rule.statement
        case .domain(let domain):
            ([domain.defaultExpression ?? ""] + domain.checks.values).joined(separator: " ")
        case .table(let table): table.partition?.bound
        default: nil
        }
    }
}
