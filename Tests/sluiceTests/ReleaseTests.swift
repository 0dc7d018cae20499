import Foundation
import TestSupport
import Testing

/// The main road: staging, gates, production.
struct ReleaseTests {
    @Test func aMergeIsDeployedAndPromoted() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", "CREATE TABLE jobs (id int PRIMARY KEY);\n")
            try scene.migration("20240102000000_title", "ALTER TABLE jobs ADD COLUMN title text;\n")
            let deployed = try await scene.sluice("deploy", "staging")
            #expect(deployed.status == 0, "\(deployed.stderr)")
            #expect(deployed.stdout.contains("succeeded: 2 migrations applied to staging."))
            #expect(deployed.stderr.isEmpty)

            try scene.mergeToMain()
            let plan = try await scene.json(PlanJSON.self, ["plan", "production"])
            #expect(plan.migrations.map(\.name) == ["20240101000000_jobs", "20240102000000_title"])
            #expect(plan.migrations.map(\.mode) == ["transactional", "transactional"])
            #expect(plan.gates.first { $0.gate == "upstream" }?.outcome == "pass")
            let promoted = try await scene.json(
                DeploymentJSON.self, ["promote", "production", "--plan", plan.digest])
            #expect(promoted.verdict == "succeeded")
            #expect(promoted.applied == plan.migrations.map(\.name))

            let status = try await scene.json(StatusJSON.self, ["status"])
            #expect(status.environments.map(\.state) == ["up-to-date", "up-to-date"])
            #expect(status.environments.map(\.applied) == [2, 2])
            #expect(try await scene.sluice("status").status == 0)
        }
    }

    @Test func nothingPendingIsNothingToDo() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", "CREATE TABLE jobs (id int);")
            #expect(try await scene.sluice("deploy", "staging").status == 0)
            let again = try await scene.json(DeploymentJSON.self, ["deploy", "staging"])
            #expect(again.verdict == "nothing-to-do")
            #expect(again.deployment == nil)
            #expect(
                try await scene.query(scene.staging, "select count(*) from _sluice.deployments")
                    == "1")
        }
    }

    @Test func anEditedFinishedPartIsNoAnswerAway() async throws {
        try await ReleaseScene.with { scene in
            let finished =
                "CREATE TABLE jobs (id int);\nCREATE INDEX CONCURRENTLY i ON jobs (id);\n"
            try scene.migration("20240101000000_jobs", finished + "SELECT 1/0;\n")
            #expect(try await scene.sluice("deploy", "staging").status == 1)
            try scene.migration(
                "20240101000000_jobs", "CREATE TABLE jobs (id int);\nINSERT INTO jobs VALUES (1);\n"
            )
            let refused = try await scene.sluice(
                "deploy", "staging", "--accept", "20240101000000_jobs")
            #expect(refused.status == 4)
            let told = refused.stdout + refused.stderr
            #expect(told.contains("restore them as they were, and change only what follows"))
            #expect(told.contains("sluice resolve staging --applied 20240101000000_jobs"))
            #expect(!told.contains("--accept"), "\(told)")
        }
    }

    @Test func promotionNeedsAnInspectedPlan() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", "CREATE TABLE jobs (id int);")
            _ = try await scene.sluice("deploy", "staging")
            try scene.mergeToMain()
            let refused = try await scene.sluice("promote", "production")
            #expect(refused.status == 3)
            #expect(refused.stderr.contains("dry_run"))
            let stale = String(repeating: "0", count: 12)
            #expect(try await scene.sluice("promote", "production", "--plan", stale).status == 3)
            #expect(
                try await scene.query(scene.production, "select to_regclass('jobs') is null") == "t"
            )
            // --yes answers questions, it does not open gates.
            #expect(try await scene.sluice("promote", "production", "--yes").status == 3)
        }
    }

    @Test func promotionNeedsTheUpstreamToHaveProvenIt() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", "CREATE TABLE jobs (id int);")
            try scene.mergeToMain()
            let plan = try await scene.json(PlanJSON.self, ["plan", "production"])
            let gate = try #require(plan.gates.first { $0.gate == "upstream" })
            #expect(gate.outcome == "block")
            #expect(gate.evidence.contains("20240101000000_jobs is not applied in staging"))
            #expect(
                try await scene.sluice("promote", "production", "--plan", plan.digest).status == 3)

            _ = try await scene.sluice("deploy", "staging")
            let gates = try await scene.json(PlanJSON.self, ["plan", "production"]).gates
            #expect(gates.first { $0.gate == "upstream" }?.outcome == "pass")
        }
    }

    @Test func anUnreachableUpstreamBlocks() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", "CREATE TABLE jobs (id int);")
            try scene.mergeToMain()
            let refused = try await scene.sluice(
                "promote", "production",
                environment: ["STAGING_URL": "postgresql://x@127.0.0.1:1/x"])
            #expect(refused.status == 3)
            #expect(refused.stderr.contains("staging cannot be read"))
        }
    }

    @Test func aSmokeFailureDegradesAndHolds() async throws {
        let configuration = ReleaseScene.configuration.replacing(
            "select true", with: "select false")
        try await ReleaseScene.with(configuration: configuration) { scene in
            try scene.migration("20240101000000_jobs", "CREATE TABLE jobs (id int);")
            let degraded = try await scene.sluice("deploy", "staging")
            #expect(degraded.status == 1)
            #expect(degraded.stdout.contains("degraded"))
            #expect(degraded.stderr.contains("sluice hotfix 20240101000000_jobs --env staging"))
            let status = try await scene.json(StatusJSON.self, ["status", "staging"])
            #expect(status.environments.map(\.state) == ["held"])

            try scene.migration("20240102000000_more", "CREATE TABLE more (id int);")
            #expect(try await scene.sluice("deploy", "staging").status == 3)
            #expect(try await scene.sluice("release", "staging", "--reason", "known").status == 0)
            #expect(try await scene.sluice("deploy", "staging").status == 1)
            #expect(
                try await scene.query(scene.staging, "select to_regclass('more') is not null")
                    == "t")
        }
    }

    @Test func dryRunShowsThePlanAndChangesNothing() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", "CREATE TABLE jobs (id int);")
            let shown = try await scene.sluice("deploy", "staging", "--dry-run")
            let plan = try await scene.sluice("plan", "staging")
            #expect(shown.status == 0)
            #expect(shown.stdout == plan.stdout)
            #expect(
                try await scene.query(
                    scene.staging, "select count(*) from pg_namespace where nspname = '_sluice'")
                    == "0")
            #expect(
                try await scene.query(
                    scene.staging, "select to_regclass('_prisma_migrations') is null") == "t")
        }
    }

    @Test func upToStopsBehindTheNamedMigration() async throws {
        try await ReleaseScene.with { scene in
            for day in 1...3 {
                try scene.migration("2024010\(day)000000_m", "CREATE TABLE t\(day) (id int);")
            }
            let first = try await scene.json(
                DeploymentJSON.self, ["deploy", "staging", "--up-to", "20240102000000_m"])
            #expect(first.applied == ["20240101000000_m", "20240102000000_m"])
            let rest = try await scene.json(DeploymentJSON.self, ["deploy", "staging"])
            #expect(rest.applied == ["20240103000000_m"])
        }
    }

    @Test func anEnvironmentWithUpstreamIsNotDeployedToDirectly() async throws {
        try await ReleaseScene.with { scene in
            let direct = try await scene.sluice("deploy", "production")
            #expect(direct.status == 64)
            #expect(direct.stderr.contains("sluice promote production"))
            let reverse = try await scene.sluice("promote", "staging")
            #expect(reverse.status == 64)
            #expect(reverse.stderr.contains("sluice deploy staging"))
        }
    }

    @Test func withoutAConfigurationItReplacesPrismaDeploy() async throws {
        try await withTemporaryDatabase { url in
            let git = try GitFixture()
            try git.commitMigration("20240101000000_jobs", "CREATE TABLE jobs (id int);")
            let program = try ProcessRunner.sluice()
            let inRepository = try await ProcessRunner.run(
                program, ["deploy"], environment: ["DATABASE_URL": url], directory: git.path)
            #expect(inRepository.status == 0, "\(inRepository.stderr)")
            // A container has the folder and no repository.
            let folder = "\(git.path)/prisma/migrations"
            let inContainer = try await ProcessRunner.run(
                program, ["deploy", "--migrations", folder, "--format", "json"],
                environment: ["DATABASE_URL": url], directory: "/")
            #expect(inContainer.status == 0, "\(inContainer.stderr)")
            #expect(inContainer.stdout.contains("nothing-to-do"))
        }
    }

    @Test func secretsNeverReachTheOutput() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", "CREATE TABLE jobs (id int);")
            let url = "postgresql://app:hunter2secret@127.0.0.1:1/shop?schema=public"
            for arguments in [["status"], ["plan", "staging"], ["deploy", "staging"], ["check"]] {
                let output = try await ProcessRunner.run(
                    scene.program, arguments + ["--verbose"],
                    environment: scene.variables.merging(["STAGING_URL": url]) { $1 },
                    directory: scene.git.path)
                #expect(!(output.stdout + output.stderr).contains("hunter2secret"))
                #expect((output.stdout + output.stderr).contains("127.0.0.1:1"))
            }
        }
    }
}
