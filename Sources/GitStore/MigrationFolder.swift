/// A migration as a branch or a plain folder has it.
public struct MigrationFolder: Sendable, Hashable, Codable {
    /// The name of the folder, the migration's identity together with its
    /// checksum.
    public let name: String
    /// The Git blob of `migration.sql`; for a plain folder, the name the blob
    /// would have.
    public let blob: ObjectID
    /// The size of the script in bytes.
    public let size: Int
    /// The checksums under which histories may know the script.
    public let digests: ScriptDigests
    /// How it came to the branch; `nil` for a plain folder.
    public let provenance: Provenance?

    /// A migration with the given facts.
    public init(
        name: String, blob: ObjectID, size: Int, digests: ScriptDigests, provenance: Provenance?
    ) {
        self.name = name
        self.blob = blob
        self.size = size
        self.digests = digests
        self.provenance = provenance
    }
}
