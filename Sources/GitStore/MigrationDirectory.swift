import Glibc

/// A plain folder of migrations, for containers without a repository.
public struct MigrationDirectory: Sendable {
    /// The folder as it was given.
    public let path: String

    /// A folder; nothing is read yet.
    public init(path: String) {
        self.path = path
    }

    /// Every migration in a folder. There is no provenance, no past and no tip.
    ///
    /// Whatever cannot be read becomes a problem of the listing. Throws
    /// ``GitError`` only when libgit2 fails to hash.
    public static func listing(at path: String) throws -> MigrationListing {
        try MigrationDirectory(path: path).listing()
    }

    /// The same for this folder.
    ///
    /// Throws as ``listing(at:)`` does.
    public func listing() throws -> MigrationListing {
        if let problem = pathProblem() {
            return MigrationListing(
                tip: nil, path: path, pathExists: false, folders: [], changes: [],
                problems: [problem], lockFile: nil, unknownBefore: nil)
        }
        let inspection = try FolderInspection(DirectorySource(path: path))
        let folders = inspection.scripts.map { script in
            MigrationFolder(
                name: script.name, blob: script.blob, size: script.size, digests: script.digests,
                provenance: nil)
        }
        return MigrationListing(
            tip: nil, path: path, pathExists: true, folders: folders, changes: [],
            problems: inspection.problems, lockFile: inspection.lockFile, unknownBefore: nil)
    }

    /// The script of one migration.
    ///
    /// Throws ``GitError`` when it cannot be read.
    public func script(named name: String) throws -> [UInt8] {
        try DirectorySource(path: path).contents(at: "\(name)/\(FolderInspection.scriptName)")
    }

    private func pathProblem() -> ListingProblem? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            return ListingProblem(
                kind: .pathAbsent, folder: nil,
                detail: "The folder \(path) cannot be found: \(String(cString: strerror(errno))).")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            return ListingProblem(
                kind: .pathNotAFolder, folder: nil, detail: "\(path) is a file, not a folder.")
        }
        return nil
    }
}
