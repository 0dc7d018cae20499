import GitStore
import SQLAnalysis
import Testing

@testable import ReleaseCore

/// Builds the values that plans, gates and actions are computed from.
enum Make {
    static func migration(_ name: String, _ script: String = "SELECT 1;") -> Migration {
        Migration(name: name, digests: .of(Array(script.utf8)))
    }

    static func planned(_ name: String, _ script: String) -> PlannedMigration {
        PlannedMigration(migration: migration(name, script), script: ScriptLoader.parse(script))
    }

    static func branch(
        _ migrations: [Migration], changes: [FolderChange] = [], problems: [Problem] = []
    ) -> BranchMigrations {
        BranchMigrations(
            branch: "main", commit: nil, migrations: migrations, changes: changes,
            problems: problems)
    }

    static func row(
        _ name: String, _ state: HistoryRow.State = .applied, script: String = "SELECT 1;",
        checksum: String? = nil, age: Duration? = .seconds(60), id: String? = nil
    ) -> HistoryRow {
        HistoryRow(
            id: id ?? "id of \(name)", name: name,
            checksum: checksum ?? ScriptDigests.of(Array(script.utf8)).asIs,
            startedAt: "2024-01-01", finishedAt: state == .applied ? "2024-01-01" : nil,
            rolledBackAt: state == .rolledBack ? "2024-01-02" : nil,
            appliedSteps: state == .applied ? 1 : 0, age: state == .applied ? age : nil)
    }

    static func plan(_ migrations: [PlannedMigration], digest: String = Make.digest) -> Plan {
        Plan(
            environment: "production", branch: "main", commit: nil, digest: digest,
            migrations: migrations, problems: [], appliedCount: 0, notes: [])
    }

    static let digest = String(repeating: "0123456789abcdef", count: 4)

    static func state(_ rows: [HistoryRow] = [], ledger: LedgerState? = nil) -> DatabaseState {
        DatabaseState(
            database: "d", role: "r", serverVersion: 150_000, isStandby: false, schema: "public",
            historySchema: "public", history: History(rows: rows), ledger: ledger,
            mayCreateSchema: true, foreignTables: [])
    }

    static func change(_ folder: String, to newName: String? = nil) throws -> FolderChange {
        let id = try #require(ObjectID(hex: String(repeating: "ab", count: 20)))
        let author = Signature(
            name: "Mia", email: "mia@example.com", when: GitTime(seconds: 0))
        return FolderChange(
            kind: newName == nil ? .removed : .renamed, folder: folder, newName: newName, from: id,
            to: nil,
            provenance: Provenance(
                commit: id, author: author, committedAt: GitTime(seconds: 0), subject: "change"))
    }
}
