import Foundation
import TestSupport
import Testing

/// With `--format json`, short answers are documents too, and nothing stands around them.
struct AnswerDocumentTests {
    private static func document(
        _ scene: ReleaseScene, _ arguments: [String]
    ) async throws -> [String: Any] {
        let output = try await ProcessRunner.run(
            scene.program, arguments + ["--format", "json"], environment: scene.variables,
            directory: scene.git.path)
        #expect(output.status == 0, "\(output.stderr)")
        let value = try JSONSerialization.jsonObject(with: Data(output.stdout.utf8))
        return try #require(value as? [String: Any], "\(output.stdout)")
    }

    @Test func holdsAndReleasesSayWhatHasChanged() async throws {
        try await ReleaseScene.with { scene in
            let held = try await Self.document(scene, ["hold", "staging", "--reason", "a look"])
            #expect(held["held"] as? Bool == true)
            #expect(held["reason"] as? String == "a look")
            let lifted = try await Self.document(scene, ["release", "staging", "--reason", "fine"])
            #expect(lifted["held"] as? Bool == false)
            #expect(lifted["changed"] as? Bool == true)
            let again = try await Self.document(scene, ["release", "staging", "--reason", "fine"])
            #expect(again["changed"] as? Bool == false)
        }
    }

    @Test func whatBecameOfAMigrationIsADocument() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", "CREATE TABLE jobs (id int);")
            let name = "20240101000000_jobs"
            let applied = try await Self.document(scene, ["resolve", "staging", "--applied", name])
            #expect(applied["applied"] as? String == name)
            #expect(applied["changed"] as? Bool == true)
            _ = try await scene.query(
                scene.staging, "update _prisma_migrations set finished_at = null")
            for isFirst in [true, false] {
                let back = try await Self.document(
                    scene, ["resolve", "staging", "--rolled-back", name])
                #expect(back["rolled_back"] as? String == name)
                #expect(back["changed"] as? Bool == isFirst)
            }
        }
    }

    @Test func newFoldersAndFilesAreNamed() async throws {
        try await ReleaseScene.with { scene in
            let made = try await Self.document(scene, ["new", "add title"])
            let path = try #require(made["path"] as? String)
            #expect(path.hasSuffix("_add_title/migration.sql"))
            #expect(FileManager.default.fileExists(atPath: path))
            let hooks = try await Self.document(scene, ["init", "--hooks"])
            #expect((hooks["hooks"] as? [[String: String]])?.first?["outcome"] == "installed")
            let removed = try await Self.document(scene, ["sandbox", "remove"])
            #expect(removed["removed"] as? Bool == false)
        }
    }
}
