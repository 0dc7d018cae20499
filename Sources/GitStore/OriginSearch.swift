/// Finds, inside a merged branch, the commits that made what a merge carried.
final class OriginSearch {
    /// What must stay the same on the way back to the commit that made it.
    enum Question {
        /// Which commit made the script appear or disappear?
        case presence
        /// Which commit gave the script these contents?
        case contents
    }

    private let trees: TreeReader
    private let shallow: ShallowBoundary
    private var commits: [ObjectID: Node] = [:]

    private struct Node {
        let tree: ObjectID?
        let parents: [ObjectID]
        let isBoundary: Bool
    }

    /// A commit; not exact when a shallow clone ends there.
    typealias Origin = (commit: ObjectID, isExact: Bool)

    init(trees: TreeReader, shallow: ShallowBoundary) {
        self.trees = trees
        self.shallow = shallow
    }

    /// The origin of each folder's state in `merge`; a folder without one was
    /// changed by the merge itself.
    ///
    /// From each commit it goes on to the first parent that has the folder in the
    /// same state, as Git's own history simplification does; the commit without
    /// such a parent is the origin. The line the merge was made on is known not
    /// to have it.
    func origins(
        of folders: Set<String>, in merge: ObjectID, asking question: Question
    ) throws(GitError) -> [String: Origin] {
        var origins: [String: Origin] = [:]
        var open = [(commit: merge, node: try node(merge), folders: folders)]
        while let (commit, node, folders) = open.popLast() {
            var rest = folders
            for parent in node.parents where !rest.isEmpty {
                let earlier = try self.node(parent)
                let different = try changed(from: earlier, to: node, among: rest, question)
                guard different.count < rest.count else { continue }
                let same = different.isEmpty ? rest : rest.subtracting(different)
                open.append((parent, earlier, same))
                rest = different
            }
            let isRootOfAbsence = node.parents.isEmpty && node.tree == nil
            guard commit != merge, !isRootOfAbsence else { continue }
            for folder in rest { origins[folder] = (commit, !node.isBoundary) }
        }
        return origins
    }

    /// Which of the folders are in another state in the parent. Most commits
    /// touch none of them, so the changes are looked up, not the folders.
    private func changed(
        from parent: Node, to node: Node, among folders: Set<String>, _ question: Question
    ) throws(GitError) -> Set<String> {
        guard parent.tree != node.tree else { return [] }
        var different: Set<String> = []
        for change in try trees.changedScripts(from: parent.tree, to: node.tree)
        where question == .contents || (change.old == nil) != (change.new == nil) {
            if folders.contains(change.folder) { different.insert(change.folder) }
        }
        return different
    }

    private func node(_ id: ObjectID) throws(GitError) -> Node {
        if let known = commits[id] { return known }
        let header = try trees.objects.commit(id)
        let isBoundary = shallow.contains(id)
        let node = Node(
            tree: try trees.migrationsTree(inRoot: header.tree),
            parents: isBoundary ? [] : header.parents, isBoundary: isBoundary)
        commits[id] = node
        return node
    }
}
