import Foundation
import TestSupport
import Testing

/// The schema in a database against what its history produces.
struct DriftTests {
    private struct Status: Decodable {
        struct Environment: Decodable {
            var name: String
            var state: String
            var drift: [String]?
        }

        var environments: [Environment]
    }

    private static let jobs = """
        CREATE TYPE "Kind" AS ENUM ('A', 'B');
        CREATE TABLE "jobs" ("id" SERIAL PRIMARY KEY, "title" TEXT NOT NULL, "kind" "Kind");
        CREATE INDEX "jobs_title_idx" ON "jobs"("title");

        """

    private static func drift(_ scene: ReleaseScene, _ environment: String) async throws
        -> [String]?
    {
        try await scene.json(Status.self, ["status", environment, "--drift"]).environments[0].drift
    }

    @Test func aDeployedDatabaseHasNone() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", Self.jobs)
            _ = try await scene.sluice("deploy", "staging")
            let output = try await scene.sluice("status", "staging", "--drift")
            #expect(output.status == 0, "\(output.stdout)\(output.stderr)")
            #expect(output.stdout.contains("no drift"))
            #expect(try await Self.drift(scene, "staging") == [])
        }
    }

    @Test func whatSomebodyChangedByHandIsNamedObjectByObject() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", Self.jobs)
            _ = try await scene.sluice("deploy", "staging")
            _ = try await scene.query(
                scene.staging,
                """
                ALTER TABLE jobs ALTER title TYPE varchar(20); ALTER TABLE jobs ADD note text;
                DROP INDEX jobs_title_idx; CREATE TABLE extra (id int PRIMARY KEY);
                CREATE SCHEMA audit; CREATE TABLE audit.log (id int);
                ALTER TYPE "Kind" ADD VALUE 'C';
                """)
            let output = try await scene.sluice("status", "staging", "--drift")
            #expect(output.status == 4)
            let drift = try await Self.drift(scene, "staging")
            #expect(
                drift == [
                    "[+] schema audit", "[~] enum public.Kind: +C", "[+] table public.extra",
                    "[+] column public.jobs.note",
                    "[~] column public.jobs.title: character varying(20) not null, was text not null",
                    "[-] index public.jobs_title_idx",
                ])
            for line in drift ?? [] { #expect(output.stdout.contains("drift \(line)\n")) }
        }
    }

    @Test func whatIsNotTheHistorysIsLeftOut() async throws {
        let configuration =
            ReleaseScene.configuration.replacingOccurrences(
                of: "    smoke:",
                with: """
                        gates:
                          drift: { ignore: ["audit", "*_backup"] }
                        smoke:
                    """)
        try await ReleaseScene.with(configuration: configuration) { scene in
            try scene.migration("20240101000000_jobs", Self.jobs)
            _ = try await scene.query(
                scene.staging,
                """
                CREATE EXTENSION pg_stat_statements; CREATE SCHEMA audit;
                CREATE TABLE audit.log (id serial PRIMARY KEY);
                CREATE TABLE jobs_backup (id serial PRIMARY KEY);
                """)
            let name = "20240101000000_jobs"
            _ = try await scene.query(scene.staging, Self.jobs)
            _ = try await scene.sluice("resolve", "staging", "--applied", name)
            _ = try await scene.query(scene.staging, "GRANT SELECT ON jobs TO pg_monitor")
            #expect(try await Self.drift(scene, "staging") == [])
        }
    }

    /// The history counts, not the branch: what is pending is no difference.
    @Test func whatIsPendingIsNoDrift() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", Self.jobs)
            _ = try await scene.sluice("deploy", "staging")
            try scene.migration("20240102000000_more", "CREATE TABLE more (id int);")
            #expect(try await Self.drift(scene, "staging") == [])
        }
    }

    @Test func aDatabaseWhoseURLNamesASchemaIsComparedThere() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", Self.jobs)
            let url =
                scene.staging.url + (scene.staging.url.contains("?") ? "&" : "?") + "schema=shop"
            let variables: [String: String?] = ["STAGING_URL": url]
            let deployed = try await scene.sluice("deploy", "staging", environment: variables)
            #expect(deployed.status == 0, "\(deployed.stderr)")
            _ = try await scene.query(scene.staging, "CREATE SCHEMA other; CREATE TABLE other.x ()")
            let clean = try await scene.sluice(
                "status", "staging", "--drift", environment: variables)
            #expect(clean.status == 0, "\(clean.stdout)")
            _ = try await scene.query(scene.staging, "ALTER TABLE shop.jobs ADD note text")
            let drifted = try await scene.sluice(
                "status", "staging", "--drift", environment: variables)
            #expect(drifted.status == 4)
            #expect(drifted.stdout.contains("drift [+] column shop.jobs.note"))
        }
    }
}
