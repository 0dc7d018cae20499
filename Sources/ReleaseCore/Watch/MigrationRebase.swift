import Foundation
import GitStore
import PostgresLink

/// Gives migrations that would be out of order a name of now, in the work tree and
/// in the index. Their scripts and the commits so far stay as they are.
public struct MigrationRebase {
    let workspace: Workspace

    public init(_ workspace: Workspace) {
        self.workspace = workspace
    }

    /// What was renamed.
    public struct Renaming: Sendable, Hashable {
        public var old: String
        public var new: String
        /// Environments in whose history the row was renamed too.
        public var histories: [String]
        /// Whether Git knew the folder; else only its name on disk changed.
        public var isStaged: Bool
    }

    /// Renames folders, oldest first, each to a name behind all others.
    ///
    /// - Parameter names: folder names, or paths that lead into them.
    /// - Returns: what became of each, in order.
    /// - Throws: ``ReleaseError`` when one is on an environment's branch already or
    ///   does not exist; then nothing was renamed.
    public func rename(_ names: [String]) throws -> [Renaming] {
        guard let repository = workspace.repository, let tree = repository.workTree else {
            throw ReleaseError(.usage, "only in a work tree can a migration be renamed.")
        }
        let path = workspace.configuration.migrationsPath
        let names = MigrationOrder.sorted(names.map(MigrationName.inPath))
        let merged = try MergedMigrations(repository, workspace.configuration)
        let folders =
            (try? FileManager.default.contentsOfDirectory(atPath: "\(tree)/\(path)")) ?? []
        for name in names { try check(name, merged, folders) }
        var taken = folders + merged.copies.flatMap { Array($0.scripts.keys) }
        return try names.map { old in
            let new = MigrationName.renewed(old, after: taken)
            taken.append(new)
            let script = Workspace.contents(of: "\(tree)/\(path)/\(old)/migration.sql") ?? []
            let staged = try repository.moveFolder("\(path)/\(old)", to: "\(path)/\(new)")
            return Renaming(
                old: old, new: new, histories: try renameRow(old, to: new, .of(script)),
                isStaged: staged)
        }
    }

    private func check(_ name: String, _ merged: MergedMigrations, _ folders: [String]) throws {
        guard folders.contains(name) else {
            throw ReleaseError(
                .usage,
                "there is no migration “\(name)” in \(workspace.configuration.migrationsPath).",
                next: NearestWord.to(name, among: folders).map { ["did you mean \($0)?"] } ?? [])
        }
        if let copy = merged.copy(having: name) {
            throw ReleaseError(
                .needsAttention, "\(name) is on \(copy.place): its name is shared and stays.",
                state: "nothing was renamed.",
                next: [
                    "where an environment refuses it as out of order, answer for it: --accept \(name)"
                ])
        }
    }

    /// In development the migration may have run under its old name.
    private func renameRow(
        _ old: String, to new: String, _ digests: ScriptDigests
    ) throws -> [String] {
        guard let environment = ArrivedMigrations(workspace).development,
            !environment.isSandboxed || hasSandbox,
            // Without its database there is nothing to rename there.
            let link = try? EnvironmentLink(
                environment, workspace.options, repository: workspace.repositoryKey),
            let schema = link.state.historySchema,
            let row = link.state.history.rows.first(where: {
                $0.name == old && $0.state == .applied && digests.matches(stored: $0.checksum)
            })
        else { return [] }
        try link.session.execute(
            """
            UPDATE \(HistoryTable(schema: schema).qualified)
            SET migration_name = \(Quoting.literal(new)) WHERE id = \(Quoting.literal(row.id))
            """)
        return [environment.name]
    }

    /// A private server that was never started has no history.
    private var hasSandbox: Bool {
        FileManager.default.fileExists(
            atPath: SandboxDatabases.directory(
                workspace.options, repository: workspace.repositoryKey))
    }
}

extension MigrationName {
    /// `prisma/migrations/NAME/migration.sql`, `prisma/migrations/NAME/` or `NAME`.
    static func inPath(_ path: String) -> String {
        let parts = path.split(separator: "/")
        return String((parts.last == "migration.sql" ? parts.dropLast().last : parts.last) ?? "")
    }

    /// The same name with a timestamp behind every name given.
    static func renewed(_ old: String, after existing: [String], now: Date = Date()) -> String {
        let digits = old.prefix { $0.isASCII && $0.isNumber }
        let text = digits.count == 14 ? old.dropFirst(14).drop { $0 == "_" } : old[...]
        return "\(make("x", after: existing, now: now).prefix(14))_\(text)"
    }
}
