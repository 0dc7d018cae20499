// What the plan has created may get hold of something older, which goes with it.
extension KnownSchema {
    /// A relation of the plan gets another one into its reach.
    mutating func hold(_ member: ObjectName, in holder: ObjectName) {
        let holder = origin(.table, holder)
        let member = origin(.table, member)
        holders[member.key, default: []].insert(holder.key)
        if !member.isNew || holding.contains(member.key) { taint(holder.key) }
    }

    /// Something older has come into what the plan may have created.
    mutating func hold(in kind: ObjectKind, _ name: ObjectName) {
        taint(origin(kind, name).key)
    }

    /// Whether what goes with an object that the plan has created was there before.
    func holdsOlder(_ kind: ObjectKind, _ name: ObjectName) -> Bool {
        if ignoresNewness || !isNew(kind, name) { return false }
        if holding.contains(origin(kind, name).key) { return true }
        guard kind == .schema else { return false }
        return objects.contains { key, object in
            key.name.schema == name.name && object.kind != .view
                && holding.contains(Key(space: key.space, name: object.original))
        }
    }

    private mutating func taint(_ key: Key) {
        guard holding.insert(key).inserted else { return }
        for holder in holders[key] ?? [] { taint(holder) }
    }

    /// What an object was called first, which no renaming changes.
    private func origin(_ kind: ObjectKind, _ name: ObjectName) -> (key: Key, isNew: Bool) {
        let key = key(kind, name)
        let original = objects[key]?.original ?? key.name
        return (Key(space: key.space, name: original), isNew(kind, name))
    }
}
