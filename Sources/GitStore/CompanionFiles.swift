import Glibc

/// A file in a folder beside a migration's script, such as `smoke/jobs.sql`.
public struct CompanionFile: Sendable, Hashable {
    /// The migration.
    public let folder: String
    /// The file's own name.
    public let name: String
    public let contents: [UInt8]
}

extension GitRepository {
    /// The files in the folders `name` of all migrations at a commit, in order.
    ///
    /// - Parameters:
    ///   - name: the folder beside `migration.sql`.
    ///   - path: the migrations folder, from the root of the repository.
    ///   - commit: the commit.
    /// - Returns: regular files only; none where there is no such folder.
    /// - Throws: ``GitError`` when objects are missing.
    public func companionFiles(
        in name: String, of path: String, at commit: ObjectID
    ) throws -> [CompanionFile] {
        let components = try RepositoryPath(path).components
        guard let root = try treeEntry(components, at: commit), root.kind == .folder else {
            return []
        }
        var files: [CompanionFile] = []
        for migration in try children(of: root.id) where migration.kind == .folder {
            guard let folder = try objects.entry(named: name, in: migration.id),
                folder.kind == .folder
            else { continue }
            for file in try children(of: folder.id) where file.kind == .file {
                files.append(
                    CompanionFile(
                        folder: migration.name, name: file.name,
                        contents: try objects.contents(of: file.id)))
            }
        }
        return files
    }

    func children(
        of tree: ObjectID
    ) throws(GitError) -> [(name: String, id: ObjectID, kind: EntryKind)] {
        try objects.tree(tree).withBytes { bytes in
            TreeEntries(bytes: bytes).map {
                (String(decoding: $0.name, as: UTF8.self), $0.id, $0.kind)
            }
        }
    }
}

extension MigrationDirectory {
    /// The same for a plain folder.
    ///
    /// - Throws: ``GitError`` when a file cannot be read.
    public func companionFiles(in name: String) throws -> [CompanionFile] {
        func names(_ folder: String) -> [String] {
            (FileContents.names(in: folder) ?? []).map { String(decoding: $0, as: UTF8.self) }
                .sorted()
        }
        var files: [CompanionFile] = []
        for migration in names(path) {
            for file in names("\(path)/\(migration)/\(name)") {
                let contents = try DirectorySource(path: path).contents(
                    at: "\(migration)/\(name)/\(file)")
                files.append(CompanionFile(folder: migration, name: file, contents: contents))
            }
        }
        return files
    }
}
