import PostgresLink
import Sandbox

/// Brings a backup into the sandbox and up to where its environment is.
struct BackupClone {
    let workspace: Workspace
    let release: Release
    let link: EnvironmentLink
    let copy: SchemaCopy
    let database: String

    /// - Parameters:
    ///   - path: an archive of `pg_dump`.
    ///   - plan: what is to be rehearsed on it.
    /// - Returns: what the copy has now.
    /// - Throws: ``ReleaseError`` where the backup cannot be restored or is not of this history.
    func take(_ path: String, _ plan: Plan) throws -> Rehearsal.Rows {
        let archive = try BackupArchive(at: path)
        let target = try ConnectionTarget(url: copy.cluster.url(database: database))
        try ArchiveLoader(installation: copy.installation, target: target, interrupt: Interrupt())
            .load(archive, isPrivate: true)
        let session = try copy.session(database)
        let state = try DatabaseState.read(session)
        let there = Set(state.history.appliedNames)
        if let early = plan.migrations.first(where: { there.contains($0.name) }) {
            throw ReleaseError(
                .usage,
                "the backup has \(early.name) already, which is pending in \(link.environment.name).",
                state: "nothing outside the sandbox was touched.",
                next: ["name a backup of \(link.environment.name) itself."])
        }
        // A backup is older than its environment.
        let applied = Set(link.state.history.appliedNames)
        let missing = release.offered.migrations.filter {
            applied.contains($0.name) && !there.contains($0.name)
        }
        let schema = link.replaySchema
        try Replay(session: session, schema: schema).run(
            try workspace.replayed(missing, in: release).planned())
        try session.execute("ANALYZE")
        let counts =
            try session.query(
                """
                SELECT count(*), coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint
                FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relkind = 'r' AND n.nspname !~ '^pg_'
                  AND n.nspname NOT IN ('information_schema', '_sluice')
                """
            ).rows.first ?? []
        return Rehearsal.Rows(
            source: .clone(path), tables: counts.first?.flatMap { Int($0) } ?? 0,
            rows: counts.last?.flatMap { Int($0) } ?? 0)
    }
}
