public import GitStore

/// A folder `<name>/migration.sql`: its identity is the folder's name plus the
/// checksum of the file.
public struct Migration: Sendable, Hashable {
    public var name: String
    public var digests: ScriptDigests
    /// Which commit brought it to the branch; `nil` outside a repository.
    public var provenance: Provenance?

    public init(name: String, digests: ScriptDigests, provenance: Provenance? = nil) {
        self.name = name
        self.digests = digests
        self.provenance = provenance
    }

    /// The commit that brought it, 40 hexadecimal digits.
    public var commit: String? { provenance?.commit.hex }

    /// Who wrote that commit, as Git writes it.
    public var author: String? {
        provenance.map { "\($0.author.name) <\($0.author.email)>" }
    }

    /// SHA-256 of the script as it is, 64 hexadecimal digits: what Prisma stores.
    public var checksum: String { digests.asIs }
}
