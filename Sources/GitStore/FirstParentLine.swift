/// The commits of a branch's first-parent line that touched the migrations
/// folder.
///
/// The whole line is read, down to the root: a folder that is gone at the tip
/// leaves no trace there, so nothing short of the root says that all is known.
/// Each commit costs its own header and root tree; deeper trees are read only
/// where their ids change, and scripts never. A cached listing of any commit on
/// the line ends the walk there.
struct FirstParentLine {
    /// One commit and the migrations tree it left behind.
    struct Step {
        let commit: ObjectID
        let isMerge: Bool
        /// `nil` when there was no such folder.
        let before: ObjectID?
        let after: ObjectID?
        /// A shallow clone ends with this commit: what it did itself is unknown.
        let isBoundary: Bool
    }

    /// Oldest first.
    private(set) var steps: [Step] = []
    /// The cached commit at which the walk ended.
    private(set) var known: ObjectID?
    /// The commit at which a shallow clone ends.
    private(set) var boundary: ObjectID?

    init(
        tip: ObjectID, trees: TreeReader, shallow: ShallowBoundary,
        isKnown: (ObjectID) -> Bool
    ) throws(GitError) {
        var commit = tip
        var header = try trees.objects.commit(tip)
        var tree = try trees.migrationsTree(inRoot: header.tree)
        while true {
            if isKnown(commit) {
                known = commit
                break
            }
            let isBoundary = shallow.contains(commit)
            guard !isBoundary, let parent = header.parents.first else {
                if isBoundary { boundary = commit }
                if tree != nil {
                    steps.append(
                        Step(
                            commit: commit, isMerge: false, before: nil, after: tree,
                            isBoundary: isBoundary))
                }
                break
            }
            let parentHeader = try trees.objects.commit(parent)
            let parentTree = try trees.migrationsTree(inRoot: parentHeader.tree)
            if parentTree != tree {
                steps.append(
                    Step(
                        commit: commit, isMerge: header.parents.count > 1, before: parentTree,
                        after: tree, isBoundary: false))
            }
            (commit, header, tree) = (parent, parentHeader, parentTree)
        }
        steps.reverse()
    }
}
