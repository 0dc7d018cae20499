public import SQLAnalysis

/// Findings of migrations, without a database.
public struct LintReport: Sendable {
    public struct Entry: Sendable {
        public var name: String
        public var findings: [Finding]
        /// Why the script could not be read by PostgreSQL 15's grammar.
        public var syntax: String?
    }

    public var entries: [Entry]

    /// Lints migrations of the environment's branch that its upstream's branch
    /// has not; all of them where there is no upstream.
    ///
    /// - Parameters:
    ///   - workspace: where the migrations are.
    ///   - names: only these migrations; empty for the default.
    /// - Returns: the findings, by migration.
    /// - Throws: ``ReleaseError`` for a migration that is not there, and what
    ///   Git throws.
    public static func make(_ workspace: Workspace, only names: [String]) throws -> LintReport {
        let (release, merged) = try releases(workspace)
        let wanted = try select(names, release, merged)
        let all = release.offered.migrations
        let scripts = try workspace.scripts(of: all.map(\.name), in: release)
        let earlier = all.filter { !wanted.contains($0.name) }
        let chosen = all.filter { wanted.contains($0.name) }
        let history = ScriptLoader.load(earlier, scripts).planned.map(\.script)
        var linter = Linter(history: history)
        return LintReport(
            entries: chosen.map { migration in
                let text = String(decoding: scripts[migration.name] ?? [], as: UTF8.self)
                do {
                    return Entry(
                        name: migration.name, findings: linter.findings(in: try Script(text)))
                } catch {
                    return Entry(name: migration.name, findings: [], syntax: "\(error)")
                }
            })
    }

    /// The release nearest to development, and the names its downstream's branch has.
    private static func releases(_ workspace: Workspace) throws -> (Release, Set<String>) {
        let environments = workspace.configuration.environments
        let source =
            environments.first { $0.branch != nil && $0.promotesFrom == nil } ?? environments[0]
        let release = try workspace.release(to: source.name)
        guard let target = environments.first(where: { $0.promotesFrom == source.name }),
            target.branch != source.branch
        else { return (release, []) }
        let downstream = try workspace.release(to: target.name)
        return (release, Set(downstream.offered.migrations.map(\.name)))
    }

    private static func select(
        _ names: [String], _ release: Release, _ merged: Set<String>
    ) throws -> Set<String> {
        let all = release.offered.migrations.map(\.name)
        guard !names.isEmpty else { return Set(all.filter { !merged.contains($0) }) }
        let wanted = names.map(migrationName)
        if let unknown = wanted.first(where: { !all.contains($0) }) {
            throw ReleaseError(
                .usage,
                "there is no migration “\(unknown)” on \(release.offered.branch ?? "the current branch").",
                next: NearestWord.to(unknown, among: all).map { ["did you mean \($0)?"] } ?? [])
        }
        return Set(wanted)
    }

    /// `prisma/migrations/NAME/migration.sql`, `prisma/migrations/NAME/` or `NAME`.
    private static func migrationName(_ path: String) -> String {
        let parts = path.split(separator: "/")
        return String((parts.last == "migration.sql" ? parts.dropLast().last : parts.last) ?? "")
    }
}
