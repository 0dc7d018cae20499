/// Something that happened to a migration after it had come to the branch.
public struct FolderChange: Sendable, Hashable, Codable {
    /// What happened.
    public enum Kind: String, Sendable, Hashable, Codable {
        /// `migration.sql` has other contents than when it first came.
        case edited
        /// The folder went away and another with the same script came, in one step.
        case renamed
        /// The folder or its `migration.sql` went away.
        case removed
    }

    /// What happened.
    public let kind: Kind
    /// The folder, by the name it had then.
    public let folder: String
    /// What a renamed folder is called at the tip, or was called last.
    public let newName: String?
    /// The script before.
    public let from: ObjectID
    /// The script after; `nil` when removed.
    public let to: ObjectID?
    /// The commit that did it.
    public let provenance: Provenance

    /// A change with the given facts.
    public init(
        kind: Kind, folder: String, newName: String?, from: ObjectID, to: ObjectID?,
        provenance: Provenance
    ) {
        self.kind = kind
        self.folder = folder
        self.newName = newName
        self.from = from
        self.to = to
        self.provenance = provenance
    }
}
