import Foundation
public import GitStore
import PostgresLink
import SQLAnalysis
import Sandbox
import SchemaCatalog

/// Opens a forward-hotfix migration that restores what another one took away
/// or changed, proven in the sandbox.
public struct HotfixWriter {
    let workspace: Workspace

    public init(_ workspace: Workspace) {
        self.workspace = workspace
    }

    /// What was opened.
    public struct Hotfix: Sendable {
        public var branch: String
        public var migration: String
        public var commit: ObjectID
        public var environment: String
        /// The branch it starts from.
        public var target: String?
        /// Whether that environment has an upstream.
        public var isPromoted: Bool
        /// Whether the sandbox shows the schema of before again.
        public var proven: Bool
        /// What does not return, in words.
        public var cannotReturn: [String]
        public var sql: String
        /// What the database had before: only the rows are gone for good.
        public var losses: [String]
    }

    /// - Parameters:
    ///   - name: the migration to undo, by its whole name.
    ///   - environment: whose branch the hotfix starts from; `nil` for the first
    ///     one that has a branch, or the only one.
    ///   - reason: why, for the commit message.
    /// - Returns: the branch with its migration and proof.
    /// - Throws: ``ReleaseError`` and what reading Git or the sandbox throws.
    public func open(_ name: String, environment: String?, reason: String?) throws -> Hotfix {
        guard let repository = workspace.repository else {
            throw ReleaseError(
                .usage, "a hotfix is opened on a branch, and --migrations DIR is no repository.")
        }
        let release = try workspace.release(to: environment ?? defaultEnvironment())
        let migrations = try planned(release)
        guard let index = migrations.firstIndex(where: { $0.name == name }) else {
            throw unknown(name, migrations.map(\.name), release)
        }
        let databases = ReplayDatabases(
            cluster: try SandboxDatabases.cluster(
                workspace.options, repository: repository.commonDirectory),
            migrations: migrations)
        let proof = try HotfixProof.make(databases, undoing: index)
        let folder = MigrationName.make(
            "hotfix_\(Self.words(of: name))", after: migrations.map(\.name))
        let text = HotfixText(
            undone: migrations[index].migration, proof: proof, environment: release.environment.name
        ).script
        return try commit(
            text, folder, proof, undoing: migrations[index].migration, release, repository, reason)
    }

    /// The name without its timestamp.
    private static func words(of name: String) -> Substring {
        let words = name.drop { $0.isASCII && ($0.isNumber || $0 == "_") }
        return words.isEmpty ? name[...] : words
    }

    private func defaultEnvironment() -> String? {
        let environments = workspace.configuration.environments
        return
            (environments.first { $0.branch != nil && $0.promotesFrom == nil } ?? environments.first)?
            .name
    }

    private func planned(_ release: Release) throws -> [PlannedMigration] {
        let names = release.offered.migrations.map(\.name)
        let loaded = ScriptLoader.load(
            release.offered.migrations, try workspace.scripts(of: names, in: release),
            databaseIsEmpty: true)
        if let problem = loaded.problems.first {
            throw ReleaseError(.needsAttention, "\(problem.migration): \(problem.detail)")
        }
        return loaded.planned
    }

    private func unknown(_ name: String, _ names: [String], _ release: Release) -> ReleaseError {
        let close =
            names.first { $0.hasSuffix("_\(name)") || $0.contains(name) }
            ?? NearestWord.to(name, among: names)
        return ReleaseError(
            .usage,
            "there is no migration “\(name)” on \(release.offered.branch.map { "branch \($0)" } ?? "HEAD").",
            next: close.map { ["did you mean \($0)?"] } ?? ["give the folder's whole name."])
    }

    private func commit(
        _ text: String, _ folder: String, _ proof: HotfixProof, undoing: Migration,
        _ release: Release,
        _ repository: GitRepository, _ reason: String?
    ) throws -> Hotfix {
        guard let base = release.commit else {
            throw ReleaseError(.usage, "there is no commit to start the hotfix from.")
        }
        let branch = "hotfix/\(folder)"
        let message = """
            hotfix: undo \(undoing.name)

            \(reason ?? "It must be undone.")
            Restores the schema of before \(undoing.name)\(undoing.provenance.map { ", added by \($0.commit.hex)" } ?? "").
            \(proof.isProven ? "Proven in the sandbox." : "NOT proven: \(proof.cannotReturn.joined(separator: ", ")).")

            """
        let commit = try repository.createBranch(
            branch, at: base,
            files: [
                "\(release.configuration.migrationsPath)/\(folder)/migration.sql": Array(text.utf8)
            ],
            message: message,
            author: workspace.options.author.map { author in
                Signature(
                    name: author.name, email: author.email,
                    when: GitTime(seconds: Int64(Date().timeIntervalSince1970)))
            })
        return Hotfix(
            branch: branch, migration: folder, commit: commit,
            environment: release.environment.name,
            target: release.offered.branch, isPromoted: release.environment.promotesFrom != nil,
            proven: proof.isProven, cannotReturn: proof.cannotReturn, sql: text,
            losses: proof.losses)
    }
}
