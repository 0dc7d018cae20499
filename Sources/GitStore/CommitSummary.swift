import CGit2

/// A commit as a plain value.
public struct CommitSummary: Sendable, Hashable, Codable {
    /// The commit's name.
    public let id: ObjectID
    /// Who wrote the change.
    public let author: Signature
    /// Who made the commit.
    public let committer: Signature
    /// The first paragraph of the message, on one line.
    public let subject: String
    /// The whole message.
    public let message: String
    /// The parents as the commit names them, the first-parent line first.
    public let parents: [ObjectID]

    /// Copies everything out of a `git_commit`, which may be freed afterwards.
    init(_ commit: borrowing GitHandle) throws(GitError) {
        let pointer = commit.pointer
        guard let author = git_commit_author(pointer), let committer = git_commit_committer(pointer)
        else {
            throw GitError(
                code: .generic, call: "git_commit_author",
                message: "The commit has no readable author.")
        }
        self.id = ObjectID(git_commit_id(pointer).pointee)
        self.author = Signature(author)
        self.committer = Signature(committer)
        self.subject = git_commit_summary(pointer).map { String(cString: $0) } ?? ""
        self.message = git_commit_message(pointer).map { String(cString: $0) } ?? ""
        self.parents = (0..<git_commit_parentcount(pointer)).compactMap { index in
            git_commit_parent_id(pointer, index).map { ObjectID($0.pointee) }
        }
    }
}
