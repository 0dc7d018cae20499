import Foundation
import Sandbox
import TestSupport
import Testing

/// A backup in another database, with the safe migrations on top.
struct RestoreTests {
    private struct Document: Decodable {
        var target: String
        var restored: Int
        var applied: [String]
        var leftOut: [String]
        var verdict: String

        enum CodingKeys: String, CodingKey {
            case target, restored, applied, verdict
            case leftOut = "left_out"
        }
    }

    /// A repository whose staging has one migration in the backup and two behind it.
    private static func scene(
        _ format: String, _ body: (ReleaseScene, String) async throws -> Void
    ) async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", HotfixTests.jobs)
            _ = try await scene.sluice("deploy", "staging")
            _ = try await scene.query(scene.staging, "insert into jobs (title) values ('kept')")
            let archive = "\(scene.git.directory)/backup.\(format)"
            let program = try ServerInstallation.find(override: nil).bindir + "/pg_dump"
            let output = try await ProcessRunner.run(
                program, ["--format", format, "--file", archive, scene.staging.url])
            #expect(output.status == 0, "\(output.stderr)")
            try scene.migration("20240102000000_harm", "DROP TABLE jobs;")
            try scene.migration("20240103000000_safe", "CREATE TABLE safe (id int);")
            _ = try await scene.sluice("deploy", "staging")
            try await body(scene, archive)
        }
    }

    @Test(arguments: ["custom", "directory", "plain"])
    func theBackupComesBackWithEveryMigrationButTheNamedOne(_ format: String) async throws {
        try await Self.scene(format) { scene, archive in
            let before = try await scene.schema(of: scene.staging.url)
            let target = try await TemporaryDatabase.create()
            let arguments = [
                "restore", "staging", "--from", archive, "--to", target.url, "--except",
                "20240102000000_harm",
            ]
            let report = try await scene.json(Document.self, arguments)
            #expect(report.verdict == "succeeded")
            #expect(report.restored == 1)
            #expect(report.applied == ["20240103000000_safe"])
            #expect(report.leftOut == ["20240102000000_harm"])
            #expect(try await scene.query(target, "select title from jobs") == "kept")
            #expect(try await scene.query(target, "select count(*) from safe") == "0")
            // The copy does not pass for the environment, which is as it was.
            #expect(
                try await scene.query(target, "select environment from _sluice.meta")
                    == "a restored copy of staging")
            #expect(try await scene.schema(of: scene.staging.url) == before)
            // A second time it is not empty any more.
            let again = try await ProcessRunner.run(
                scene.program, arguments, environment: scene.variables, directory: scene.git.path)
            #expect(again.status == 64)
            #expect(again.stderr.contains("is not empty"))
            try await target.drop()
        }
    }

    @Test func aNamedCopyInTheSandboxIsFoundAgainAndRemoved() async throws {
        try await Self.scene("custom") { scene, archive in
            let restored = try await scene.sluice(
                "restore", "staging", "--from", archive, "--to", "sandbox:again", "--except",
                "20240102000000_harm")
            #expect(restored.status == 0, "\(restored.stdout)\(restored.stderr)")
            #expect(restored.stdout.contains("next:  sluice sandbox run restored_again "))
            #expect(restored.stdout.contains("next:  sluice sandbox remove restored_again "))

            let server = try ProcessRunner.start(
                scene.program, ["sandbox", "run", "restored_again"], environment: scene.variables,
                directory: scene.git.path)
            let url = try #require(try await server.waitForOutput(atMost: 60) { $0.contains("\n") })
            #expect(restored.stdout.contains(#"next:  psql "\#(url.dropLast())""#))
            let psql = try ServerInstallation.find(override: nil).bindir + "/psql"
            let title = try await ProcessRunner.run(
                psql, [String(url.dropLast()), "-XAtc", "select title from jobs"])
            #expect(title.stdout == "kept\n", "\(title.stderr)")
            server.kill(SIGINT)
            _ = try await server.wait()

            let removed = try await scene.sluice("sandbox", "remove", "restored_again")
            #expect(removed.stdout == "removed.\n", "\(removed.stderr)")
            let gone = try await scene.sluice("sandbox", "run", "restored_again")
            #expect(gone.status == 64)
            let again = try await scene.sluice("sandbox", "remove", "restored_again")
            #expect(again.stdout == "there was none.\n", "\(again.stderr)")
        }
    }

    @Test func anEnvironmentIsNeverATarget() async throws {
        try await Self.scene("custom") { scene, archive in
            let output = try await scene.sluice(
                "restore", "staging", "--from", archive, "--to", scene.production.url)
            #expect(output.status == 64)
            #expect(output.stderr.contains("is the database of production"))
            // By whatever address.
            let alias = scene.production.url.replacing("host=/", with: "host=/./")
            #expect(alias != scene.production.url)
            let other = try await scene.sluice(
                "restore", "staging", "--from", archive, "--to", alias)
            #expect(other.status == 64)
            #expect(other.stderr.contains("is the database of production"))
        }
    }

    @Test func aCopyThatFailsIsNotLeftToBeDropped() async throws {
        try await ReleaseScene.with { scene in
            let archive = "\(scene.git.directory)/backup.sql"
            try Data("SELECT * FROM nowhere;\n".utf8).write(to: URL(fileURLWithPath: archive))
            let output = try await scene.sluice("restore", "staging", "--from", archive)
            #expect(output.status == 1, "\(output.stdout)\(output.stderr)")
            #expect(output.stderr.contains("relation \"nowhere\" does not exist"))
            #expect(output.stderr.contains("state: nothing outside the sandbox was touched."))
            #expect(
                output.stderr.contains("next:  put right what PostgreSQL says, or take another"))
            #expect(!output.stderr.contains("drop and create"))
        }
    }

    @Test(arguments: ["env:staging", "sandbox:", "staging", "mysql://localhost/x"])
    func aTargetThatIsNoneIsAMistakeOfTheCommandLine(_ target: String) async throws {
        try await ReleaseScene.with { scene in
            let output = try await scene.sluice(
                "restore", "staging", "--from", "backup.sql", "--to", target)
            #expect(output.status == 64, "\(output.stderr)")
            #expect(
                output.stderr.contains(
                    "--to takes the URL of an empty database, sandbox, or sandbox:NAME."))
            #expect(!output.stderr.contains("has no scheme"))
        }
    }

    @Test(arguments: ["custom", "plain"])
    func aMigrationThatIsInTheBackupCannotBeLeftOut(_ format: String) async throws {
        try await Self.scene(format) { scene, archive in
            let output = try await scene.sluice(
                "restore", "staging", "--from", archive, "--except", "20240101000000_jobs",
                "--except", "20240102000000_harm")
            #expect(output.status == 4, "\(output.stdout)\(output.stderr)")
            #expect(output.stderr.contains("20240101000000_jobs is in the backup already"))
            #expect(output.stderr.contains("take an older backup"))
            // Refused before anything is made.
            let sandboxes = "\(scene.git.directory)/sandboxes"
            #expect(!FileManager.default.fileExists(atPath: sandboxes))
        }
    }
}
