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

    var isProven: Bool { cannotReturn.isEmpty }

    /// Replays the history to just before and just after the migration, takes
    /// the difference back, and tries it on the whole history.
    ///
    /// - Throws: ``ReleaseError`` when the migration changed nothing, or when
    ///   later migrations stand in the way.
    static func make(_ databases: ReplayDatabases, undoing index: Int) throws -> HotfixProof {
        let before = try databases.withSession(databases.database(with: index)) {
            try SchemaSnapshot.read($0)
        }
        let after = try databases.withSession(databases.database(with: index + 1)) {
            try SchemaSnapshot.read($0)
        }
        let back = SchemaDifference(from: after, to: before)
        guard !back.isEmpty else {
            throw ReleaseError(
                .needsAttention,
                "\(databases.migrations[index].name) changes no schema, so there is none to restore.",
                state: "no branch was made.",
                next: ["if it changed data, write the correction with “sluice new”."])
        }
        let steps = back.ddl(style: .compatible)
        let result = try databases.withCopy(of: index + 1) { session in
            try apply(steps, session)
            return try SchemaSnapshot.read(session)
        }
        try checkOnTop(steps, databases)
        return HotfixProof(
            steps: steps, cannotReturn: SchemaDifference(from: result, to: before).summary,
            losses: steps.flatMap(\.losses).map(\.description))
    }

    /// The hotfix must apply behind every migration that is there today.
    private static func checkOnTop(_ steps: [DDLStep], _ databases: ReplayDatabases) throws {
        do {
            try databases.withCopy(of: databases.migrations.count) { try apply(steps, $0) }
        } catch let error as PostgresError {
            throw ReleaseError(
                .failed,
                "what undoes it does not apply behind the later migrations: \(error.message)",
                state: "no branch was made.",
                next: ["a later migration depends on the change; undo that one first."])
        }
    }

    private static func apply(_ steps: [DDLStep], _ session: PostgresSession) throws {
        let script = ScriptLoader.parse(steps.map(\.sql).joined(separator: "\n"))
        for unit in script.units {
            let sql = String(script.sql(of: unit))
            try session.execute(unit.kind == .alone ? sql : "BEGIN;\n\(sql)\n;COMMIT")
        }
    }
}
