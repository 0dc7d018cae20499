/// Something about a migrations folder that stands in the way of a deployment.
///
/// A value and no error: whoever plans decides whether it matters.
public struct ListingProblem: Sendable, Hashable, Codable {
    /// What is wrong.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// Nothing exists at the migrations path.
        case pathAbsent
        /// The migrations path is no folder.
        case pathNotAFolder
        /// A folder has no `migration.sql`.
        case missingScript
        /// `migration.sql` is a folder, a symbolic link or a submodule.
        case scriptNotAFile
        /// A file could not be read.
        case unreadable
        /// A symbolic link stands where a folder is expected; Prisma skips it.
        case symbolicLink
        /// A submodule stands where a folder is expected.
        case submodule
        /// The script is not UTF-8.
        case invalidUTF8
        /// The script contains a NUL byte, which PostgreSQL cannot receive.
        case nulByte
        /// The script starts with a byte order mark, which PostgreSQL refuses
        /// with SQLSTATE 42601.
        case byteOrderMark
        /// The folder is a package of Prisma 8.
        case prisma8Package
        /// The names of two folders differ in case or in accent encoding only.
        case namesCollide
        /// The folder's name has more than 255 bytes.
        case nameTooLong
        /// The folder's name is not UTF-8.
        case nameNotUTF8
        /// `migration_lock.toml` names another provider than `postgresql`.
        case wrongProvider
    }

    /// What is wrong.
    public let kind: Kind
    /// The folder it concerns; `nil` when it concerns the whole path.
    public let folder: String?
    /// A sentence for the user.
    public let detail: String
    /// Where in the script, in bytes from its start.
    public let offset: Int?
    /// The line of the script, counted from 1.
    public let line: Int?

    /// A problem with the given facts.
    public init(
        kind: Kind, folder: String?, detail: String, offset: Int? = nil, line: Int? = nil
    ) {
        self.kind = kind
        self.folder = folder
        self.detail = detail
        self.offset = offset
        self.line = line
    }
}
