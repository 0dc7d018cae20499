/// A folder of a commit that looks like one of Prisma's migrations.
public struct FoundMigrationsFolder: Sendable, Hashable {
    /// From the root of the repository.
    public let path: String
    /// How many of its folders have a script.
    public let count: Int
    /// Whether its `migration_lock.toml` names another provider than PostgreSQL.
    public let isOfAnotherProvider: Bool
}

extension GitRepository {
    /// Looks through all folders of a commit for migrations.
    ///
    /// - Parameter commit: the commit.
    /// - Returns: those for PostgreSQL first, then by number of migrations; folders
    ///   whose trees this repository lacks are left out.
    /// - Throws: ``GitError`` when the commit itself cannot be read.
    public func migrationsFolders(at commit: ObjectID) throws -> [FoundMigrationsFolder] {
        var found: [FoundMigrationsFolder] = []
        _ = search(try objects.commit(commit).tree, path: [], &found)
        return found.sorted {
            ($0.isOfAnotherProvider ? 1 : 0, -$0.count, $0.path)
                < ($1.isOfAnotherProvider ? 1 : 0, -$1.count, $1.path)
        }
    }

    /// Deeper than any repository has been seen to keep them.
    private static let depth = 12

    /// - Returns: whether the folder itself holds a script.
    private func search(
        _ tree: ObjectID, path: [String], _ found: inout [FoundMigrationsFolder]
    ) -> Bool {
        guard path.count <= Self.depth, let entries = try? children(of: tree) else { return false }
        let count = entries.count { entry in
            entry.kind == .folder && entry.name != "node_modules"
                && search(entry.id, path: path + [entry.name], &found)
        }
        if count > 0, !path.isEmpty {
            let lock = entries.first { $0.name == MigrationLock.fileName && $0.kind == .file }
                .flatMap { try? objects.contents(of: $0.id) }
            found.append(
                FoundMigrationsFolder(
                    path: path.joined(separator: "/"), count: count,
                    isOfAnotherProvider: lock.flatMap(MigrationLock.problem) != nil))
        }
        return entries.contains { $0.name == FolderInspection.scriptName && $0.kind == .file }
    }
}
