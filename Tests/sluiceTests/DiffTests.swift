import Foundation
import TestSupport
import Testing

/// `sluice diff`: two schemas, the SQL between them.
struct DiffTests {
    private struct Document: Decodable {
        struct Change: Decodable, Equatable {
            var change: String
            var kind: String
            var object: String
        }

        var from: String
        var to: String
        var changes: [Change]
        var sql: String
    }

    private static let first = "CREATE TABLE \"jobs\" (\"id\" INTEGER NOT NULL);"
    private static let second = "ALTER TABLE \"jobs\" ADD COLUMN \"title\" TEXT;"

    @Test func twoCommitsDifferByWhatTheirMigrationsMake() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", Self.first)
            try scene.migration("20240102000000_title", Self.second)
            let arguments = ["diff", "--from", "commit:HEAD~1", "--to", "commit:HEAD"]
            let document = try await scene.json(Document.self, arguments)
            #expect(
                document.changes == [
                    .init(change: "added", kind: "column", object: "public.jobs.title")
                ])
            #expect(
                document.sql
                    == "-- AlterTable\nALTER TABLE \"jobs\" ADD COLUMN     \"title\" TEXT;\n")
            let summary = try await scene.sluice(
                "diff", "--from", "commit:HEAD", "--to", "commit:HEAD~1", "--summary")
            #expect(summary.stdout == "[-] column public.jobs.title\n")
            #expect(summary.status == 0)
        }
    }

    @Test func theSQLBetweenAnEnvironmentAndAFolderAppliesToIt() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", Self.first)
            _ = try await scene.sluice("deploy", "staging")
            try scene.migration("20240102000000_title", Self.second)
            let folder = "migrations:\(scene.git.path)/prisma/migrations"
            let arguments = ["diff", "--from", "env:staging", "--to", folder]
            let document = try await scene.json(Document.self, arguments)
            _ = try await scene.query(scene.staging, document.sql)
            let after = try await scene.sluice(
                "diff", "--from", "url:\(scene.staging.url)", "--to", folder, "--exit-code")
            #expect(after.stdout == "-- No difference.\n")
            #expect(after.status == 0)
        }
    }

    @Test func whatIsNoSchemaIsAUsageError() async throws {
        try await ReleaseScene.with { scene in
            let output = try await scene.sluice("diff", "--from", "staging", "--to", "empty")
            #expect(output.status == 64)
            #expect(output.stderr.contains("env:NAME"))
        }
    }
}
