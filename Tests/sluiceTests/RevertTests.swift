import Foundation
import TestSupport
import Testing

/// The emergency path: a migration taken out of an environment.
struct RevertTests {
    private struct Document: Decodable {
        struct Gate: Decodable {
            var gate: String
            var outcome: String
        }

        var digest: String
        var verdict: String
        var sql: String
        var gates: [Gate]
    }

    private static func digest(_ scene: ReleaseScene, _ migration: String) async throws -> String {
        try await scene.json(Document.self, ["revert", "staging", migration]).digest
    }

    private static let history =
        "select string_agg(migration_name || ' ' || (rolled_back_at is not null)::text, ',' order by started_at) from _prisma_migrations"

    @Test func whatWasLookedAtIsRevertedWithItsHistoryRow() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", HotfixTests.jobs)
            _ = try await scene.sluice("deploy", "staging")
            _ = try await scene.query(scene.staging, "insert into jobs (title) values ('a')")
            let before = try await scene.schema(of: scene.staging.url)
            try scene.migration(
                "20240102000000_harm",
                "ALTER TABLE jobs RENAME title TO headline; CREATE TABLE x (id int PRIMARY KEY);")
            _ = try await scene.sluice("deploy", "staging")

            // Without the digest nothing happens.
            let shown = try await scene.sluice("revert", "staging", "20240102000000_harm")
            #expect(shown.status == 3)
            #expect(shown.stdout.contains("DROP TABLE \"x\""))
            #expect(try await scene.schema(of: scene.staging.url) != before)
            let wrong = try await scene.sluice(
                "revert", "staging", "20240102000000_harm", "--plan", "0123456789ab")
            #expect(wrong.status == 3)

            let digest = try await Self.digest(scene, "20240102000000_harm")
            let output = try await scene.sluice(
                "revert", "staging", "20240102000000_harm", "--plan", digest)
            #expect(output.status == 0, "\(output.stdout)\(output.stderr)")
            #expect(try await scene.schema(of: scene.staging.url) == before)
            #expect(
                try await scene.query(scene.staging, Self.history)
                    == "20240101000000_jobs false,20240102000000_harm true")
            #expect(try await scene.query(scene.staging, "select title from jobs") == "a")
            #expect(
                try await scene.query(
                    scene.staging,
                    "select outcome from _sluice.steps where migration like '%harm' order by id desc limit 1"
                ) == "marked-rolled-back")
            // It is pending again, and held back until somebody says otherwise.
            #expect(try await scene.sluice("deploy", "staging").status == 3)
            #expect(
                try await scene.sluice("release", "staging", "--reason", "repaired").status == 0)
            #expect(try await scene.sluice("deploy", "staging").status == 0)
        }
    }

    @Test func oneThatWasKilledBehindItsCommitIsFinished() async throws {
        let switches = """
            maintenance:
                  on: { sql: "insert into switched values ('on')" }
                  off: { sql: "insert into switched values ('off')" }
                smoke:
            """
        let configuration = ReleaseScene.configuration.replacing("smoke:", with: switches)
        try await ReleaseScene.with(configuration: configuration) { scene in
            try scene.migration("20240101000000_jobs", "CREATE TABLE switched (word text);")
            try scene.migration("20240102000000_harm", "CREATE TABLE x (id int PRIMARY KEY);")
            _ = try await scene.sluice("deploy", "staging")
            let digest = try await Self.digest(scene, "20240102000000_harm")
            let arguments = ["revert", "staging", "20240102000000_harm", "--plan", digest]
            #expect(
                try await scene.json(Document.self, arguments).verdict == "succeeded")
            // Finished ones are not reverted twice.
            let again = try await scene.sluice(
                "revert", "staging", "20240102000000_harm", "--plan", digest)
            #expect(again.status == 64)
            // As a kill behind the commit leaves the ledger.
            _ = try await scene.query(
                scene.staging,
                """
                insert into _sluice.deployments (id, digest, actor)
                values ('00000000-0000-4000-8000-000000000001', 'd', 'ada');
                insert into _sluice.steps (deployment, migration, checksum, outcome, started_at)
                values ('00000000-0000-4000-8000-000000000001', '20240102000000_harm', 'c', 'marked-rolled-back', now());
                insert into _sluice.maintenance (turned_on_by) values ('ada'); truncate switched
                """)
            let finished = try await scene.sluice(
                "revert", "staging", "20240102000000_harm", "--plan", digest)
            #expect(finished.status == 0, "\(finished.stderr)")
            #expect(finished.stdout.contains("finished: the revert of 20240102000000_harm"))
            #expect(finished.stdout.contains("was switched off"))
            #expect(
                try await scene.query(
                    scene.staging,
                    "select (select string_agg(word, ',') from switched), (select count(*) from _sluice.deployments where verdict is null), (select count(*) from _sluice.maintenance where turned_off_at is null)"
                ) == "off|0|0")
        }
    }

    @Test func whatLaterMigrationsDependOnIsRefusedByTheirNames() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", HotfixTests.jobs)
            try scene.migration("20240102000000_more", "ALTER TABLE jobs ADD COLUMN note text;")
            try scene.migration("20240103000000_free", "CREATE TABLE free (id int);")
            try scene.migration("20240104000000_index", "CREATE INDEX i ON jobs(note);")
            _ = try await scene.sluice("deploy", "staging")
            let output = try await scene.sluice("revert", "staging", "20240102000000_more")
            #expect(output.status == 3)
            #expect(output.stderr.contains("depend on 20240102000000_more: 20240104000000_index."))
            let free = try await scene.sluice("revert", "staging", "20240103000000_free")
            #expect(free.stdout.contains("DROP TABLE \"free\""))
        }
    }

    @Test func aMigrationThatStoppedHalfWayIsRevertedAsFarAsItCame() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", HotfixTests.jobs)
            _ = try await scene.sluice("deploy", "staging")
            let before = try await scene.schema(of: scene.staging.url)
            _ = try await scene.query(
                scene.staging, "insert into jobs (title) values ('same'), ('same')")
            try scene.migration(
                "20240102000000_steps",
                """
                ALTER TABLE jobs ADD COLUMN note text;
                CREATE INDEX CONCURRENTLY notes ON jobs(note);
                CREATE UNIQUE INDEX CONCURRENTLY titles ON jobs(title);
                """)
            #expect(try await scene.sluice("deploy", "staging").status == 1)
            let name = "20240102000000_steps"
            let hotfix = try await scene.sluice("hotfix", name, "--env", "staging")
            #expect(hotfix.status == 4)
            #expect(hotfix.stderr.contains("sluice revert staging \(name)"))
            let digest = try await Self.digest(scene, name)
            let output = try await scene.sluice("revert", "staging", name, "--plan", digest)
            #expect(output.status == 0, "\(output.stdout)\(output.stderr)")
            #expect(try await scene.schema(of: scene.staging.url) == before)
            #expect(
                try await scene.query(scene.staging, "select count(*) from _sluice.progress") == "0"
            )
        }
    }

    @Test func whereReviewIsAskedForSomebodyElseSignsItOff() async throws {
        let configuration = ReleaseScene.configuration.replacingOccurrences(
            of: "    smoke:\n",
            with: "    gates:\n      review: { approvals: 1 }\n    smoke:\n")
        try await ReleaseScene.with(configuration: ReleaseScene.configuration) { scene in
            try scene.migration("20240101000000_jobs", HotfixTests.jobs)
            try scene.migration("20240102000000_more", "CREATE TABLE more (id int);")
            _ = try await scene.sluice("deploy", "staging")
            try scene.git.commit("review", files: ["sluice.yml": configuration])
            let name = "20240102000000_more"
            let digest = try await Self.digest(scene, name)
            let blocked = try await scene.sluice("revert", "staging", name, "--plan", digest)
            #expect(blocked.status == 3, "\(blocked.stdout)\(blocked.stderr)")
            #expect(blocked.stdout.contains("nothing was changed: 0 of 1 approvals"))
            #expect(!blocked.stdout.contains("when its digest is named"))
            let approve = "sluice revert staging \(name) --plan \(digest.prefix(12)) --approve"
            #expect(blocked.stdout.contains("next:  \(approve), by somebody else\n"))
            // Another account does not make another person.
            let own = try await scene.sluice(
                "revert", "staging", name, "--plan", digest, "--approve",
                environment: ["GITHUB_ACTOR": "bob"])
            #expect(own.status == 0, "\(own.stderr)")
            let still = try await scene.sluice("revert", "staging", name, "--plan", digest)
            #expect(still.status == 3)
            let approved = try await scene.sluice(
                "revert", "staging", name, "--plan", digest, "--approve",
                environment: ["GIT_AUTHOR_NAME": "Bob", "GIT_AUTHOR_EMAIL": "bob@example.com"])
            #expect(approved.status == 0, "\(approved.stderr)")
            let done = try await scene.sluice("revert", "staging", name, "--plan", digest)
            #expect(done.status == 0, "\(done.stdout)\(done.stderr)")
        }
    }
}
