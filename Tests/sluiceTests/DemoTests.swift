import Foundation
import TestSupport
import Testing

struct DemoTests {
    @Test func theWholeStoryRunsAndLeavesNothing() async throws {
        try await withTemporaryDirectory { folder in
            // The server's account must be able to pass through.
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
            let output = try await ProcessRunner.run(
                ProcessRunner.sluice(), ["demo"], environment: ["TMPDIR": folder, "NO_COLOR": "1"],
                directory: folder)
            #expect(output.status == 0, "\(output.stdout)\n\(output.stderr)")
            for line in [
                "$ sluice deploy staging", "succeeded: 3 migrations applied to staging.",
                "error drop-column", "degraded", "proven",
                "succeeded: 2 migrations applied to production.",
            ] {
                #expect(output.stdout.contains(line), "\(line) is missing")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test func keepLeavesItToExplore() async throws {
        try await withTemporaryDirectory { folder in
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
            let program = try ProcessRunner.sluice()
            let output = try await ProcessRunner.run(
                program, ["demo", "--keep"], environment: ["TMPDIR": folder], directory: folder)
            #expect(output.status == 0)
            let demo = try #require(
                try FileManager.default.contentsOfDirectory(atPath: folder).first)
            let status = try await ProcessRunner.run(
                program, ["status", "--format", "json"],
                environment: ["SLUICE_SANDBOX_DIR": "\(folder)/\(demo)/sandboxes"],
                directory: "\(folder)/\(demo)/marketplace")
            let environments = try JSONDecoder().decode(
                StatusJSON.self, from: Data(status.stdout.utf8)
            ).environments
            #expect(environments.map(\.applied) == [5, 5])
        }
    }
}
