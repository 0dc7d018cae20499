/// How something came to a branch.
public struct Provenance: Sendable, Hashable, Codable {
    /// The commit that made the change. Inside a merged branch if a merge
    /// carried it, else a commit of the first-parent line.
    public let commit: ObjectID
    /// Who wrote that commit.
    public let author: Signature
    /// When that commit was made.
    public let committedAt: GitTime
    /// The subject of that commit.
    public let subject: String
    /// The merge commit of the first-parent line that carried it; `nil` for a
    /// direct commit, a squash or a fast-forward.
    public let merge: ObjectID?
    /// Who merged.
    public let mergedBy: Signature?
    /// When the merge was made.
    public let mergedAt: GitTime?
    /// Whether this commit is really the one. `false` when a shallow clone ends
    /// there, so that the change is in it or somewhere before it.
    public let isExact: Bool

    /// The commit of the branch's first-parent line with which it arrived.
    public var carrier: ObjectID { merge ?? commit }

    /// When it arrived on the branch.
    public var arrivedAt: GitTime { mergedAt ?? committedAt }

    init(commit: CommitSummary, merge: CommitSummary?, isExact: Bool) {
        self.init(
            commit: commit.id, author: commit.author, committedAt: commit.committer.when,
            subject: commit.subject, merge: merge?.id, mergedBy: merge?.author,
            mergedAt: merge?.committer.when, isExact: isExact)
    }

    /// Provenance with the given facts.
    public init(
        commit: ObjectID, author: Signature, committedAt: GitTime, subject: String,
        merge: ObjectID? = nil, mergedBy: Signature? = nil, mergedAt: GitTime? = nil,
        isExact: Bool = true
    ) {
        self.commit = commit
        self.author = author
        self.committedAt = committedAt
        self.subject = subject
        self.merge = merge
        self.mergedBy = mergedBy
        self.mergedAt = mergedAt
        self.isExact = isExact
    }
}
