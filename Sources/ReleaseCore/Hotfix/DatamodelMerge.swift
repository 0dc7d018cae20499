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
    /// The scripts by migration, which tell apart what one commit brought.
    var scripts: ([String]) throws -> [String]

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
            let mine = migrations.filter { $0.provenance?.commit == provenance.commit }
            let commit = Source(
                commit: provenance.commit, undone: mine.map(\.name), others: others.map(\.name))
            try merge(migration, commit, today, &result)
        }
        return result
    }

    /// A commit and the migrations it brought.
    private struct Source {
        var commit: ObjectID
        var undone: [String]
        var others: [String]
    }

    private func merge(
        _ migration: Migration, _ source: Source, _ today: (String) throws -> [UInt8]?,
        _ result: inout Result
    ) throws {
        guard let parent = try repository.commit(source.commit).parents.first else { return }
        for path in try paths(at: [commit, source.commit, parent]) {
            var before = try text(path, parent)
            let after = try text(path, source.commit)
            guard before != after else { continue }
            if !source.others.isEmpty { before = try part(path, before, after, source, &result) }
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

    /// The file behind the commit without what only the undone migrations name.
    private func part(
        _ path: String, _ before: [UInt8], _ after: [UInt8], _ source: Source,
        _ result: inout Result
    ) throws -> [UInt8] {
        var part = DatamodelPart(
            before: String(decoding: before, as: UTF8.self),
            after: String(decoding: after, as: UTF8.self),
            undone: try scripts(source.undone), others: try scripts(source.others))
        let turned = part.turned()
        let count = part.shared.count
        if let line = part.shared.first {
            let others = source.others.count > 1 ? " and others" : ""
            result.notes.append(
                "\(path): commit \(source.commit.short) also brought \(source.others[0])\(others); \(count == 1 ? "a line" : "\(count) lines") that both name \(count == 1 ? "is" : "are") as before, such as “\(line)”."
            )
        }
        return Array(turned.utf8)
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
