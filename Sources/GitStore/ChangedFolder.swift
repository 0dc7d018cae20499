/// A folder whose tree differs between two migrations trees.
struct ChangedFolder {
    let name: String
    let old: ObjectID?
    let new: ObjectID?

    /// Both trees are sorted, so that one pass finds the differences.
    static func between(_ before: TreeEntries, _ after: TreeEntries) -> [ChangedFolder] {
        var (before, after) = (before, after)
        var changed: [ChangedFolder] = []
        TreeEntries.skipCommon(&before, &after)
        var (old, new) = (before.nextFolder(), after.nextFolder())
        while let order = Self.order(old, new) {
            if order == .same, let first = old, let second = new, first.hasSameID(second) {
                TreeEntries.skipCommon(&before, &after)
            } else if let entry = order == .onlyOld ? old : new {
                changed.append(
                    ChangedFolder(
                        name: String(decoding: entry.name, as: UTF8.self),
                        old: order == .onlyNew ? nil : old?.id,
                        new: order == .onlyOld ? nil : new?.id))
            }
            if order != .onlyNew { old = before.nextFolder() }
            if order != .onlyOld { new = after.nextFolder() }
        }
        return changed
    }

    private enum Order {
        case onlyOld, onlyNew, same
    }

    /// `nil` when both trees have ended.
    private static func order(_ old: TreeEntry?, _ new: TreeEntry?) -> Order? {
        guard let old else { return new == nil ? nil : .onlyNew }
        guard let new else { return .onlyOld }
        if old.precedesAsFolder(new) { return .onlyOld }
        return new.precedesAsFolder(old) ? .onlyNew : .same
    }
}

extension TreeEntries {
    fileprivate mutating func nextFolder() -> TreeEntry? {
        while let entry = next() {
            if entry.kind == .folder { return entry }
        }
        return nil
    }
}
