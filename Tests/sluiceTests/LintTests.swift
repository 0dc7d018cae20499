import Foundation
import TestSupport
import Testing

/// `sluice lint` on folders that lie on disk, with no repository around them.
@Suite struct LintTests {
    private static let history = [
        "m/1_init/migration.sql":
            "CREATE TABLE \"Job\" (\"id\" SERIAL PRIMARY KEY, \"title\" VARCHAR(50), \"legacy\" TEXT);",
        "m/2_change/migration.sql": """
        -- a comment
        ALTER TABLE "Job"
        \tDROP COLUMN "legacy";
        CREATE INDEX "Job_title_idx" ON "Job"("title");

        """,
    ]

    private func lint(
        _ files: [String: String], _ arguments: String...
    ) async throws -> ProcessRunner.Output {
        try await lint(files.mapValues { Data($0.utf8) }, arguments)
    }

    private func lint(
        _ files: [String: Data], _ arguments: [String]
    ) async throws -> ProcessRunner.Output {
        try await withTemporaryDirectory { directory in
            for (path, contents) in files {
                let file = URL(filePath: "\(directory)/\(path)")
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try contents.write(to: file)
            }
            return try await ProcessRunner.run(
                ProcessRunner.sluice(), ["lint"] + arguments, environment: ["NO_COLOR": "1"],
                directory: directory)
        }
    }

    @Test func theSourceIsShownWithACaret() async throws {
        let output = try await lint(Self.history, "m")
        #expect(output.status == 1)
        #expect(
            output.stdout == """
                2_change
                  error drop-column  m/2_change/migration.sql:3:14
                    3 │  DROP COLUMN "legacy";
                      │              ^^^^^^^^
                    DROP COLUMN deletes all values of legacy in "Job"; drop it only when no running release uses
                    it and its values are backed up.

                  warning index-blocks-writes  m/2_change/migration.sql:4:33
                    4 │ CREATE INDEX "Job_title_idx" ON "Job"("title");
                      │                                 ^^^^^
                    CREATE INDEX stops all writes and reads on "Job" until the index is built; build it
                    CONCURRENTLY, in a migration of its own.
                    safer:
                      CREATE INDEX CONCURRENTLY "Job_title_idx" ON "Job"("title");

                2 migrations: 1 error, 1 warning.

                """)
    }

    private static let paths: [[String]] = [
        ["m"], ["m/"], ["--migrations", "m"], ["m/2_change"], ["m/2_change/"],
        ["m/2_change/migration.sql"], ["--migrations", "m", "2_change"],
        ["m/1_init", "m/2_change"],
    ]

    @Test(arguments: paths)
    func everyWayToNameAMigrationJudgesItBehindThoseBefore(_ arguments: [String]) async throws {
        let output = try await lint(
            Self.history.mapValues { Data($0.utf8) }, arguments + ["--format", "json"])
        let document = try JSONDecoder().decode(Document.self, from: Data(output.stdout.utf8))
        #expect(
            document.migrations.flatMap(\.findings).map(\.rule) == [
                "drop-column", "index-blocks-writes",
            ])
        #expect(output.status == 1)
    }

    private struct Document: Decodable {
        struct Migration: Decodable {
            struct Finding: Decodable {
                var rule, severity: String
                var line: Int
            }
            var name: String
            var findings: [Finding]
        }
        var migrations: [Migration]
    }

    @Test(arguments: [
        ("never", Int32(0)), ("error", 0), ("warning", 1), ("note", 1),
    ])
    func failOnChoosesTheSeverityThatFails(_ threshold: String, _ status: Int32) async throws {
        let files = Self.history.mapValues {
            $0.replacing("\tDROP COLUMN \"legacy\"", with: "\tADD COLUMN \"new\" TEXT")
        }
        let output = try await lint(files, "m", "--fail-on", threshold)
        #expect(output.status == status, "\(output.stdout)")
    }

    @Test func gitHubGetsOneAnnotationALine() async throws {
        let lines = try await lint(Self.history, "m", "--format", "github").stdout.split(
            separator: "\n")
        #expect(lines.count == 2)
        #expect(
            lines.first?.hasPrefix(
                "::error file=m/2_change/migration.sql,line=3,col=14,endColumn=22,"
                    + "title=sluice%3A drop-column::DROP COLUMN deletes") == true)
    }

    @Test func sarifNamesRulesAndPlaces() async throws {
        let output = try await lint(Self.history, "m", "--format", "sarif")
        let document = try JSONDecoder().decode(SARIF.self, from: Data(output.stdout.utf8))
        #expect(document.version == "2.1.0")
        let run = try #require(document.runs.first)
        #expect(run.tool.driver.rules.map(\.id) == ["drop-column", "index-blocks-writes"])
        #expect(run.results.map(\.level) == ["error", "warning"])
        let place = try #require(run.results.first?.locations.first?.physicalLocation)
        #expect(place.artifactLocation.uri == "m/2_change/migration.sql")
        #expect((place.region.startLine, place.region.startColumn) == (3, 14))
    }

    private struct SARIF: Decodable {
        struct Run: Decodable {
            struct Tool: Decodable {
                struct Driver: Decodable {
                    struct Rule: Decodable { var id: String }
                    var rules: [Rule]
                }
                var driver: Driver
            }
            struct Result: Decodable {
                struct Location: Decodable {
                    struct Physical: Decodable {
                        struct Artifact: Decodable { var uri: String }
                        struct Region: Decodable { var startLine, startColumn: Int }
                        var artifactLocation: Artifact
                        var region: Region
                    }
                    var physicalLocation: Physical
                }
                var level: String
                var locations: [Location]
            }
            var tool: Tool
            var results: [Result]
        }
        var version: String
        var runs: [Run]
    }

    @Test(arguments: [
        ("", "note empty-script", Int32(0)), ("-- nothing yet\n", "note empty-script", 0),
        ("MERGE FANCY;", "note unreadable", 0), ("\\i other.sql", "error unreadable", 1),
        ("COPY a FROM STDIN;", "error unreadable", 1),
    ])
    func whatCannotBeJudgedIsSaid(_ sql: String, _ finding: String, _ status: Int32) async throws {
        let output = try await lint(["m/1/migration.sql": sql], "m")
        #expect(output.stdout.contains("  \(finding) "), "\(output.stdout)")
        #expect(output.status == status)
    }

    @Test func bytesThatAreNoTextAreAnError() async throws {
        let bytes = Data("SELECT 1;\nSELECT '".utf8) + Data([0xC3, 0x28]) + Data("';".utf8)
        let output = try await lint(["m/1/migration.sql": bytes], ["m"])
        #expect(output.status == 1)
        #expect(output.stdout.contains("migration.sql:2:"), "\(output.stdout)")
    }

    @Test func aScriptOfTenMegabytesIsJudged() async throws {
        let rows = (0..<40_000).map { "(\($0), '\(String(repeating: "x", count: 240))')" }
        let sql = "INSERT INTO a VALUES \(rows.joined(separator: ",\n"));\nDROP TABLE a;"
        let output = try await lint(["m/1/migration.sql": sql], "m", "--format", "json")
        #expect(output.status == 1, "\(output.stderr)")
        #expect(output.stdout.contains("\"drop-table\""))
    }
}

/// `sluice lint` where there is a repository.
struct LintDraftTests {
    @Test func whatIsNotCommittedYetIsJudged() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", "CREATE TABLE jobs (id int);\n")
            #expect(
                try await scene.sluice("lint").stdout == "1 migration, no findings.\n")
            try scene.mergeToMain()
            let draft = "prisma/migrations/20240102000000_gone/migration.sql"
            try scene.git.write(Array("DROP TABLE jobs;\n".utf8), to: draft)
            let onStaging = try await scene.sluice("lint")
            #expect(onStaging.status == 1)
            #expect(onStaging.stdout.contains("error drop-table  \(draft):1:12"))
            #expect(onStaging.stdout.hasSuffix("\n1 migration: 1 error.\n"))
            // A branch with nothing of its own but the draft.
            _ = try scene.git.git("switch", "--quiet", "--create", "feature")
            _ = try scene.git.git("commit", "--quiet", "--allow-empty", "--message", "begun")
            #expect(try await scene.sluice("lint").stdout == onStaging.stdout)
            #expect(try await scene.sluice("lint", "20240102000000_gone").status == 1)
            // Line ends that Git has turned around are no edit.
            try scene.git.write(
                Array("CREATE TABLE jobs (id int);\r\n".utf8),
                to: "prisma/migrations/20240101000000_jobs/migration.sql")
            #expect(try await scene.sluice("lint").stdout == onStaging.stdout)
        }
    }
}
