import Foundation
import TestSupport
import Testing

/// What `status` says of the newest deployment.
struct StatusTests {
    private static let quick: PrismaProtocol.Migration = (
        "20240101000000_jobs", "CREATE TABLE jobs (id int);"
    )
    private static let slow: PrismaProtocol.Migration = (
        "20240102000000_slow", "CREATE INDEX CONCURRENTLY i ON jobs (id);\nSELECT pg_sleep(600);"
    )
    private static let isAsleep = """
        EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
                AND wait_event = 'PgSleep')
        """

    @Test func aDeploymentAtWorkIsSeenAndOneThatWasKilledToo() async throws {
        try await FaultDatabase.with([Self.quick, Self.slow]) { database in
            let process = try database.start()
            #expect(try await database.waits(until: Self.isAsleep))
            let during = try await database.sluice("status")
            #expect(during.stdout.contains("  a deployment is running since "), "\(during.stdout)")
            #expect(!during.stdout.contains("half-way"), "\(during.stdout)")
            #expect(try await Self.state(database) == "running")

            process.kill()
            _ = try await process.wait()
            try await database.ask(
                """
                SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event = 'PgSleep'
                """)
            let after = try await database.sluice("status")
            #expect(after.status == 4)
            #expect(after.stdout.contains(") was cut short; the next one carries on"))
            #expect(after.stdout.contains("it stopped half-way"), "\(after.stdout)")
            #expect(try await Self.state(database) == "cut-short")
        }
    }

    @Test func aFailedDeploymentIsSeenAsLongAsSomethingIsPending() async throws {
        let broken = ("20240102000000_broken", "SELECT 1/0;")
        try await FaultDatabase.with([Self.quick, broken]) { database in
            #expect(try await database.deploy().status == 1)
            let failed = try await database.sluice("status")
            #expect(
                failed.stdout.contains(") failed in 20240102000000_broken: division by zero"),
                "\(failed.stdout)")
            #expect(try await Self.state(database) == "failed")
            let resolved = try await database.sluice("resolve", "--applied", broken.0)
            #expect(resolved.status == 0, "\(resolved.stderr)")
            let quiet = try await database.sluice("status")
            #expect(quiet.status == 0)
            #expect(!quiet.stdout.contains("failed"), "\(quiet.stdout)")
            #expect(try await Self.state(database) == nil)
        }
    }

    private static func state(_ database: FaultDatabase) async throws -> String? {
        struct Document: Decodable {
            struct Environment: Decodable {
                struct Deployment: Decodable {
                    var state: String
                }

                var deployment: Deployment?
            }

            var environments: [Environment]
        }
        let output = try await database.sluice("status", "--format", "json")
        let document = try JSONDecoder().decode(Document.self, from: Data(output.stdout.utf8))
        return document.environments[0].deployment?.state
    }
}
