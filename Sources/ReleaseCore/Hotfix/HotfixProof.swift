import PostgresLink
import SQLAnalysis
import SchemaCatalog

/// The statements that undo a migration, and what the sandbox says about them.
struct HotfixProof {
    /// In the form of Prisma's own files.
    var steps: [DDLStep]
    /// What the schema still lacks or has too much after the hotfix.
    var cannotReturn: [String]
    /// What SQL alone cannot bring back: the data.
    var losses: [String]
    /// Whether it takes the follow-ups, which need the data back, to get there.
    var needsFollowUps: Bool

    var isProven: Bool { cannotReturn.isEmpty }

    /// Replays the history to just before and just after the migration, takes
    /// the difference back, and tries it on the whole history.
    ///
    /// - Throws: ``ReleaseError`` when the migration changed nothing, or when
    ///   later migrations stand in the way.
    static func make(_ databases: ReplayDatabases, undoing index: Int) throws -> HotfixProof {
        let before = try databases.snapshot(with: index)
        let after = try databases.snapshot(with: index + 1)
        let back = SchemaDifference(from: after, to: before)
        guard !back.isEmpty else {
            throw ReleaseError(
                .needsAttention,
                "\(databases.migrations[index].name) changes no schema, so there is none to restore.",
                state: "no branch was made.",
                next: ["if it changed data, write the correction with “sluice new”."])
        }
        let renames = RenameReversal(
            script: databases.migrations[index].script, before: before, after: after
        ).steps
        let steps =
            renames.isEmpty
            ? back.ddl(style: .compatible)
            : try renames + rest(databases, undoing: index, behind: renames, before)
        let (missing, needsFollowUps) = try databases.withCopy(of: index + 1) { session in
            try missingAfter(steps, session, comparedWith: before)
        }
        try checkOnTop(steps, databases)
        return HotfixProof(
            steps: steps, cannotReturn: missing, losses: steps.flatMap(\.losses).map(\.description),
            needsFollowUps: needsFollowUps)
    }

    /// What is still different once the renames, which keep the rows, are turned around.
    private static func rest(
        _ databases: ReplayDatabases, undoing index: Int, behind renames: [DDLStep],
        _ before: SchemaSnapshot
    ) throws -> [DDLStep] {
        let renamed = try databases.withCopy(of: index + 1) { session in
            try apply(renames.map(\.sql), session)
            return try SchemaSnapshot.read(session)
        }
        return SchemaDifference(from: renamed, to: before).ddl(style: .compatible)
    }

    /// What the schema of before has and the sandbox still lacks, first behind
    /// the hotfix alone, then with its follow-ups, which an empty copy can run.
    private static func missingAfter(
        _ steps: [DDLStep], _ session: PostgresSession, comparedWith before: SchemaSnapshot
    ) throws -> (missing: [String], needsFollowUps: Bool) {
        try apply(steps.map(\.sql), session)
        let missing = SchemaDifference(from: try SchemaSnapshot.read(session), to: before).summary
        let followUps = steps.flatMap(\.followUps).map { $0.statement + ";" }
        guard !missing.isEmpty, !followUps.isEmpty else { return (missing, false) }
        do {
            try apply(followUps, session)
        } catch is PostgresError {
            return (missing, false)
        }
        return (SchemaDifference(from: try SchemaSnapshot.read(session), to: before).summary, true)
    }

    /// The hotfix must apply behind every migration that is there today.
    private static func checkOnTop(_ steps: [DDLStep], _ databases: ReplayDatabases) throws {
        do {
            try databases.withCopy(of: databases.migrations.count) {
                try apply(steps.map(\.sql), $0)
            }
        } catch let error as PostgresError {
            throw ReleaseError(
                .failed,
                "what undoes it does not apply behind the later migrations: \(error.message)",
                state: "no branch was made.",
                next: [
                    "a later migration changed or removed the same objects: undo that one first, or write the rest by hand with “sluice new”."
                ])
        }
    }

    private static func apply(_ statements: [String], _ session: PostgresSession) throws {
        let script = ScriptLoader.parse(statements.joined(separator: "\n"))
        for unit in script.units {
            let sql = String(script.sql(of: unit))
            try session.execute(unit.kind == .alone ? sql : "BEGIN;\n\(sql)\n;COMMIT")
        }
    }
}
