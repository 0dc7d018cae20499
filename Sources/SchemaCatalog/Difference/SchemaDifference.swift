/// What would have to happen to one schema to turn it into another.
///
/// Objects are matched by kind and name, so a rename is a removal and an
/// addition. Order of columns is not compared.
public struct SchemaDifference: Sendable, Hashable {
    public let from: SchemaSnapshot
    public let to: SchemaSnapshot
    /// Sorted by object.
    public let changes: [SchemaChange]

    public init(from: SchemaSnapshot, to: SchemaSnapshot) {
        self.from = from
        self.to = to
        changes =
            (Self.compare(from.objects, to.objects, .definition)
            + Self.compare(from.comments, to.comments, .comment)
            + Self.compare(from.grants, to.grants, .grants))
            .sorted { ($0.object, $0.aspect.rawValue) < ($1.object, $1.aspect.rawValue) }
    }

    private init(from: SchemaSnapshot, to: SchemaSnapshot, changes: [SchemaChange]) {
        self.from = from
        self.to = to
        self.changes = changes
    }

    public var isEmpty: Bool { changes.isEmpty }

    /// The same with only some of the changes.
    public func filter(_ isIncluded: (SchemaChange) -> Bool) -> SchemaDifference {
        SchemaDifference(from: from, to: to, changes: changes.filter(isIncluded))
    }

    /// One line per change; what comes or goes with its table or schema is not
    /// repeated.
    public var summary: [String] { essentials.map(\.line) }

    /// The changes behind ``summary``.
    public var essentials: [SchemaChange] {
        let whole = Set(
            changes.filter { $0.aspect == .definition && $0.kind != .changed }.map(\.object))
        return changes.filter { change in
            if whole.contains(SchemaObjectID(.schema, "", change.object.schema)) { return false }
            if change.aspect != .definition { return !whole.contains(change.object) }
            return !comesWithAnother(change.object, among: whole)
        }
    }

    /// Changes that ``ddl(style:dropsAdditions:concurrentlyOn:)`` leaves out: of objects whose
    /// SQL is not rendered, and of columns a child table would have to forget it
    /// ever declared itself, for which PostgreSQL has no statement.
    public var unrendered: [SchemaChange] {
        changes.filter { change in
            if case .other? = to.objects[change.object] { return change.aspect == .definition }
            return becomesOnlyInherited(change.object)
        }
    }

    private func becomesOnlyInherited(_ id: SchemaObjectID) -> Bool {
        if let old = from.table(id), let new = to.table(id) {
            return !new.inherits.allSatisfy(old.inherits.contains)
                && to.columns(of: id).contains { to.column($0)?.isLocal == false }
        }
        guard let old = from.column(id), let new = to.column(id) else { return false }
        return old.isLocal && !new.isLocal && from.table(id.owner())?.partition == nil
    }

    private func comesWithAnother(_ id: SchemaObjectID, among whole: Set<SchemaObjectID>) -> Bool {
        switch id.kind {
        case .columnDefault where whole.contains(id.sibling(.column, id.member)): true
        case .index: (from.index(id) ?? to.index(id)).map { whole.contains($0.table) } ?? false
        case .sequence:
            (from.sequence(id) ?? to.sequence(id))?.owner.map {
                whole.contains($0) || whole.contains($0.owner())
            } ?? false
        case _ where id.kind.isMember:
            [ObjectKind.table, .view, .materializedView].contains { whole.contains(id.owner($0)) }
        default: false
        }
    }

    private static func compare<Value: Equatable>(
        _ old: [SchemaObjectID: Value], _ new: [SchemaObjectID: Value],
        _ aspect: SchemaChange.Aspect
    ) -> [SchemaChange] {
        var changes: [SchemaChange] = []
        for (id, value) in new where old[id] != value {
            let kind: SchemaChange.Kind = old[id] == nil ? .added : .changed
            changes.append(SchemaChange(object: id, kind: kind, aspect: aspect))
        }
        for id in old.keys where new[id] == nil {
            changes.append(SchemaChange(object: id, kind: .removed, aspect: aspect))
        }
        return changes
    }
}
