import Foundation
import Glibc
import TestSupport
import Testing

/// A backup of pgBackRest as it was at a time, with the safe migrations on top.
struct PointInTimeTests {
    @Test func theClusterComesBackAsItWasAndTakesTheSafeMigrations() async throws {
        try await ArchivedServer.with { server in
            try await ReleaseScene.with { scene in
                var variables = scene.variables
                variables["STAGING_URL"] = server.url("shop")
                variables["PGBACKREST_CONFIG"] = server.configuration
                func sluice(_ arguments: String...) async throws -> ProcessRunner.Output {
                    try await ProcessRunner.run(
                        scene.program, arguments, environment: variables, directory: scene.git.path)
                }
                try scene.migration("20240101000000_jobs", HotfixTests.jobs)
                #expect(try await sluice("deploy", "staging").status == 0)
                try await server.backUp()
                // pgBackRest takes a backup for a time by whole seconds.
                try await server.sql(
                    "shop", "INSERT INTO jobs (title) SELECT 'kept' FROM pg_sleep(1.1)")
                let time = try await server.sql(
                    "shop",
                    "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
                )
                // A later commit, so that recovery sees the time go by.
                try scene.migration("20240102000000_harm", "DROP TABLE jobs;")
                try scene.migration("20240103000000_safe", "CREATE TABLE safe (id int);")
                #expect(try await sluice("deploy", "staging").status == 0)
                try await server.archive()

                let from = ["restore", "staging", "--from", "pgbackrest:shop"]
                let tooLate = try await ProcessRunner.run(
                    scene.program,
                    from + ["--to", "sandbox:late", "--except", "20240102000000_harm"],
                    environment: variables, directory: scene.git.path)
                #expect(tooLate.status == 4, "\(tooLate.stdout)\(tooLate.stderr)")
                #expect(tooLate.stderr.contains("is in the backup already"))
                #expect(try Self.clusters(scene).isEmpty)

                let restored = try await ProcessRunner.run(
                    scene.program,
                    from + [
                        "--target-time", time, "--to", "sandbox:shop", "--except",
                        "20240102000000_harm",
                    ], environment: variables, directory: scene.git.path)
                #expect(restored.status == 0, "\(restored.stdout)\(restored.stderr)")
                #expect(restored.stdout.contains("✓ 20240103000000_safe replayed"))
                #expect(restored.stdout.contains("– 20240102000000_harm left out"))
                #expect(restored.stdout.contains("✓ smoke: answers"))
                let clusters = try Self.clusters(scene)
                #expect(clusters.count == 1)
                // The original has gone on, and the copy archives nothing.
                #expect(
                    try await server.sql("shop", "SELECT to_regclass('jobs') IS NULL") == "t")

                let running = try ProcessRunner.start(
                    scene.program, ["sandbox", "run", "shop"], environment: variables,
                    directory: scene.git.path)
                let output = try await running.waitForOutput(atMost: 60) { $0.contains("\n") }
                let url = try #require(output).split(separator: "\n").first.map(String.init) ?? ""
                #expect(url.contains("/shop?"))
                let rows = try await ProcessRunner.run("psql", [url, "-XAtc", Self.facts])
                #expect(rows.line == "kept|off|a restored copy of staging")
                running.kill(SIGINT)
                _ = try await running.wait()
                #expect(try await sluice("sandbox", "remove", "shop").stdout == "removed.\n")
                #expect(try Self.clusters(scene).isEmpty)
            }
        }
    }

    private static let facts = """
        SELECT title, current_setting('archive_mode'), environment FROM jobs, _sluice.meta
        """

    private static func clusters(_ scene: ReleaseScene) throws -> [String] {
        let folder = "\(scene.git.directory)/sandboxes"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.contains("-") }
    }

    @Test func aTimeWithoutAZoneIsRefused() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", HotfixTests.jobs)
            let output = try await scene.sluice(
                "restore", "staging", "--from", "pgbackrest:shop", "--target-time",
                "2024-01-01 10:00:00")
            #expect(output.status == 64)
            #expect(output.stderr.contains("is no time with a zone"))
        }
    }
}
