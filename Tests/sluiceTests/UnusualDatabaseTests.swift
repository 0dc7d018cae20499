import Foundation
import TestSupport
import Testing

/// Databases that are set up otherwise than most.
struct UnusualDatabaseTests {
    private static let table = "CREATE TABLE jobs (id int PRIMARY KEY);\n"

    /// The setting of the staging database, and what a deployment says to it.
    @Test(arguments: [
        ("default_transaction_read_only = on", "is read-only for"),
        ("search_path = 'nowhere'", "leads to no schema"),
    ])
    func whatTakesNoMigrationIsNamedBeforeAnythingIsWritten(
        setting: String, sentence: String
    ) async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", Self.table)
            _ = try await scene.query(
                scene.staging,
                "do $$ begin execute format('alter database %I set \(setting.replacing("'", with: "''"))', current_database()); end $$"
            )
            let refused = try await scene.sluice("deploy", "staging")
            #expect(refused.status == 64)
            #expect(refused.stderr.contains(sentence), "\(refused.stderr)")
            #expect(refused.stderr.contains("nothing was changed"))
            let relations = "select count(*) from pg_namespace where nspname = '_sluice'"
            #expect(try await scene.query(scene.staging, relations) == "0")
        }
    }

    @Test func aDatabaseInLatin1KeepsALedger() async throws {
        let configuration = """
            environments:
              staging:
                branch: staging
                database: ${STAGING_URL}
                gates:
                  history: {}
                  window: { allow: ["Mon-Sun 00:00-24:00 UTC"] }
                smoke:
                  - { name: “typographic”, sql: "select true" }

            """
        try await ReleaseScene.with(configuration: configuration) { scene in
            let name = "latin1_\(UUID().uuidString.lowercased().prefix(8))"
            _ = try await scene.query(
                scene.staging,
                "create database \(name) template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'"
            )
            var url = try #require(URLComponents(string: scene.staging.url))
            url.path = "/\(name)"
            let address = ["STAGING_URL": url.string]
            try scene.migration("20240101000000_café", Self.table)
            let deployed = try await scene.sluice("deploy", "staging", environment: address)
            #expect(deployed.status == 0, "\(deployed.stderr)")
            let history = try await scene.sluice("history", "staging", environment: address)
            #expect(history.stdout.contains("applied 20240101000000_café"))
            let again = try await scene.sluice("deploy", "staging", environment: address)
            #expect(again.stdout.contains("nothing to do"), "\(again.stdout)")
            _ = try await scene.query(scene.staging, "drop database \(name) with (force)")
        }
    }

    @Test func aRoleThatMayNotCreateIsToldWhatToGrant() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", Self.table)
            let role = "role_\(UUID().uuidString.lowercased().prefix(8))"
            _ = try await scene.query(scene.staging, "create role \(role) login")
            var url = try #require(URLComponents(string: scene.staging.url))
            url.user = role
            let address = ["STAGING_URL": url.string]
            let refused = try await scene.sluice("deploy", "staging", environment: address)
            #expect(refused.status == 64)
            #expect(refused.stderr.contains("state: nothing was changed."), "\(refused.stderr)")
            let grant = "GRANT CREATE, USAGE ON SCHEMA \"public\" TO \"\(role)\""
            #expect(refused.stderr.contains(grant), "\(refused.stderr)")
            _ = try await scene.query(scene.staging, "\(grant)")
            let deployed = try await scene.sluice("deploy", "staging", environment: address)
            #expect(deployed.status == 0, "\(deployed.stderr)")
            _ = try await scene.query(scene.staging, "drop owned by \(role)")
            _ = try await scene.query(scene.staging, "drop role \(role)")
        }
    }

    @Test func aSchemaThatTheFirstDeploymentMakesIsNoDrift() async throws {
        let configuration = ReleaseScene.configuration.replacing(
            "    smoke:", with: "    gates: { drift: {} }\n    smoke:", maxReplacements: 1)
        try await ReleaseScene.with(configuration: configuration) { scene in
            try scene.migration("20240101000000_jobs", Self.table)
            let separator = scene.staging.url.contains("?") ? "&" : "?"
            let address = ["STAGING_URL": "\(scene.staging.url)\(separator)schema=app"]
            let deployed = try await scene.sluice("deploy", "staging", environment: address)
            #expect(deployed.status == 0, "\(deployed.stdout)\(deployed.stderr)")
            let jobs = "select to_regclass('app.jobs') is not null"
            #expect(try await scene.query(scene.staging, jobs) == "t")
        }
    }
}
