import GitStore

/// Takes what a migration's commit did to the Prisma schema out of today's.
///
/// A three-way merge: the schema at the migration's commit is the base, the one of
/// its parent and today's are the two sides.
struct DatamodelMerge {
    let repository: GitRepository
    let release: Release
    /// The commit today's schema is read from.
    let commit: ObjectID

    struct Result {
        /// New contents by path; only of files that change.
        var files: [String: [UInt8]] = [:]
        /// Files with conflict marks in them.
        var conflicts: [String] = []
        /// Why a migration's part could not be taken out, in words.
        var notes: [String] = []
    }

    /// - Parameters:
    ///   - migrations: those to undo.
    ///   - today: the contents to change instead of the commit's, by path; for
    ///     files in a work tree.
    /// - Returns: the files as they become, with whatever could not be merged.
    /// - Throws: `GitError`.
    func run(
        undoing migrations: [Migration], today: (String) throws -> [UInt8]? = { _ in nil }
    ) throws -> Result {
        var result = Result()
        var done: Set<ObjectID> = []
        let names = Set(migrations.map(\.name))
        for migration in migrations.reversed() {
            guard let provenance = migration.provenance, provenance.isExact else { continue }
            guard done.insert(provenance.commit).inserted else { continue }
            let others = release.offered.migrations.filter {
                $0.provenance?.commit == provenance.commit && !names.contains($0.name)
            }
            try merge(migration, provenance.commit, others.map(\.name), today, &result)
        }
        return result
    }

    private func merge(
        _ migration: Migration, _ source: ObjectID, _ others: [String],
        _ today: (String) throws -> [UInt8]?, _ result: inout Result
    ) throws {
        guard let parent = try repository.commit(source).parents.first else { return }
        for path in try paths(at: [commit, source, parent]) {
            let before = try text(path, parent)
            let after = try text(path, source)
            guard before != after else { continue }
            if let other = others.first {
                result.notes.append(
                    "\(path) is as it was: commit \(source.short) also brought \(other), so its changes belong to both."
                )
                continue
            }
            let current = try result.files[path] ?? today(path) ?? text(path, commit)
            let merged = try TextMerge(
                base: after, ours: current, theirs: before, ourLabel: "today",
                theirLabel: "before \(migration.name)")
            guard merged.contents != current else { continue }
            result.files[path] = merged.contents
            if merged.hasConflicts, !result.conflicts.contains(path) {
                result.conflicts.append(path)
            }
        }
    }

    private func text(_ path: String, _ commit: ObjectID) throws -> [UInt8] {
        do {
            return try repository.file(path, at: commit) ?? []
        } catch let error as GitError where error.code == .wrongKind {
            return []
        }
    }

    /// One file, or every `.prisma` file of the folder that holds the schema.
    private func paths(at commits: [ObjectID]) throws -> [String] {
        let path = release.configuration.schemaPath
        let base = path.split(separator: "/").dropLast().joined(separator: "/")
        let folders = [path, base.isEmpty ? "schema" : "\(base)/schema"]
        var paths: Set<String> = path.hasSuffix(".prisma") ? [path] : []
        for commit in commits {
            for folder in folders {
                for name in try repository.fileNames(in: folder, at: commit) ?? []
                where name.hasSuffix(".prisma") {
                    paths.insert("\(folder)/\(name)")
                }
            }
        }
        return paths.sorted()
    }
}
