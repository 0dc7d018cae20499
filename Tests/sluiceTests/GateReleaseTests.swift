import Foundation
import Sandbox
import TestSupport
import Testing

/// Gates as people meet them.
struct GateReleaseTests {
    private static let jobs = "20240101000000_jobs"

    private static func configuration(_ gates: String) -> String {
        ReleaseScene.configuration + "    gates: { \(gates) }\n"
    }

    private static let mia: [String: String?] = [
        "GIT_AUTHOR_NAME": "Mia", "GIT_AUTHOR_EMAIL": "mia@example.com", "GITHUB_ACTOR": "mia",
    ]

    /// A migration that staging has proven and main has.
    private static func prove(_ scene: ReleaseScene) async throws {
        try scene.migration(jobs, "CREATE TABLE jobs (id int);")
        let deployed = try await scene.sluice("deploy", "staging")
        #expect(deployed.status == 0, "\(deployed.stderr)")
        try scene.mergeToMain()
    }

    private static func gate(
        _ name: String, _ scene: ReleaseScene
    ) async throws -> DeploymentJSON.Gate? {
        try await scene.json(PlanJSON.self, ["plan", "production"]).gates.first { $0.gate == name }
    }

    @Test func somebodyElseApproves() async throws {
        try await ReleaseScene.with(configuration: Self.configuration("review: { approvals: 1 }")) {
            scene in
            try await Self.prove(scene)
            let plan = try await scene.json(PlanJSON.self, ["plan", "production"])
            #expect(plan.gates.first { $0.gate == "review" }?.outcome == "block")
            let digest = plan.digest
            let own = try await scene.sluice("approve", "production", "--plan", digest, "--yes")
            #expect(own.status == 3)
            #expect(own.stderr.contains("was written or edited by Ada <ada@example.com>"))
            let disguised = try await scene.sluice(
                "approve", "production", "--plan", digest, "--yes",
                environment: ["GIT_AUTHOR_EMAIL": "ada@home.example"])
            #expect(disguised.status == 3)
            // Without a terminal nothing is asked, and so nobody says yes.
            let silent = try await scene.sluice(
                "approve", "production", "--plan", digest, environment: Self.mia)
            #expect(silent.status == 3)
            let stale = try await scene.sluice(
                "approve", "production", "--plan", String(repeating: "0", count: 12), "--yes",
                environment: Self.mia)
            #expect(stale.status == 3)
            #expect(try await Self.gate("review", scene)?.outcome == "block")

            let approved = try await scene.sluice(
                "approve", "production", "--plan", digest, "--yes", environment: Self.mia)
            #expect(approved.status == 0, "\(approved.stderr)")
            #expect(approved.stdout.contains("by Mia <mia@example.com>"))
            // Twice is no more than once.
            _ = try await scene.sluice(
                "approve", "production", "--plan", digest, "--yes", environment: Self.mia)
            #expect(
                try await scene.query(
                    scene.production, "select count(*) from _sluice.approvals") == "1")
            let long = try await scene.sluice(
                "approve", "production", "--plan", digest + "0", "--yes", environment: Self.mia)
            #expect(long.status == 64)
            #expect(long.stderr.contains("--plan has 65 digits, and a digest has 64"))
            #expect(
                try await scene.sluice("promote", "production", "--plan", digest).status == 0)
            let history = try await scene.sluice("history", "production", "--verbose")
            #expect(history.stdout.contains("approval plan \(digest.prefix(12))"))
            #expect(history.stdout.contains("gate review pass"))
        }
    }

    @Test func whateverChangesThePlanVoidsTheApproval() async throws {
        try await ReleaseScene.with(configuration: Self.configuration("review: {}")) { scene in
            try await Self.prove(scene)
            let first = try await scene.json(PlanJSON.self, ["plan", "production"]).digest
            let approved = try await scene.sluice(
                "approve", "production", "--plan", first, "--yes", environment: Self.mia)
            #expect(approved.status == 0, "\(approved.stderr)")
            #expect(try await Self.gate("review", scene)?.outcome == "pass")
            try scene.migration("20240102000000_more", "CREATE TABLE more (id int);")
            _ = try await scene.sluice("deploy", "staging")
            try scene.mergeToMain()
            #expect(try await Self.gate("review", scene)?.outcome == "block")
            // Nor is an approval moved to the new plan, or back in time.
            let digest = try await scene.json(PlanJSON.self, ["plan", "production"]).digest
            let moved = try await scene.query(
                scene.production, "update _sluice.approvals set digest = '\(digest)' returning 1")
            #expect(moved.isEmpty)
            _ = try await scene.query(
                scene.production,
                "insert into _sluice.approvals (digest, name, email, actor, plan, approved_at) values ('x', 'n', 'e', 'a', '{}', '2020-01-01')"
            )
            #expect(
                try await scene.query(
                    scene.production,
                    "select count(*) from _sluice.approvals where approved_at < now() - interval '1 day'"
                ) == "0")
            #expect(try await Self.gate("review", scene)?.outcome == "block")
        }
    }

    @Test func theMailmapKnowsWhoWroteIt() async throws {
        try await ReleaseScene.with(configuration: Self.configuration("review: {}")) { scene in
            try scene.git.commit(
                "mailmap", files: [".mailmap": "Ada <ada@example.com> <countess@example.org>\n"])
            try await Self.prove(scene)
            let digest = try await scene.json(PlanJSON.self, ["plan", "production"]).digest
            let disguised = try await scene.sluice(
                "approve", "production", "--plan", digest, "--yes",
                environment: [
                    "GIT_AUTHOR_NAME": "The Countess", "GIT_AUTHOR_EMAIL": "countess@example.org",
                ])
            #expect(disguised.status == 3)
            // Written past the command, it does not count either.
            _ = try await scene.query(
                scene.production,
                "select 1")
            #expect(try await Self.gate("review", scene)?.outcome == "block")
        }
    }

    @Test func signaturesAreChecked() async throws {
        let gates = Self.configuration("review: { signed: true }")
        try await ReleaseScene.with(configuration: gates) { scene in
            let key = "\(scene.git.directory)/key"
            let other = "\(scene.git.directory)/other"
            for path in [key, other] {
                _ = try await ProcessRunner.run(
                    "/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path])
            }
            let open = try String(contentsOfFile: "\(key).pub", encoding: .utf8)
            try scene.git.commit("signers", files: ["allowed_signers": "mia@example.com \(open)"])
            try await Self.prove(scene)
            let digest = try await scene.json(PlanJSON.self, ["plan", "production"]).digest
            func approve(_ arguments: String...) async throws {
                let output = try await ProcessRunner.run(
                    scene.program,
                    ["approve", "production", "--plan", digest, "--yes"] + arguments,
                    environment: scene.variables.merging(Self.mia) { $1 },
                    directory: scene.git.path)
                #expect(output.status == 0, "\(output.stderr)")
            }
            try await approve()
            #expect(try await Self.gate("review", scene)?.outcome == "block")
            try await approve("--sign", other)
            #expect(try await Self.gate("review", scene)?.outcome == "block")
            try await approve("--sign", key)
            #expect(try await Self.gate("review", scene)?.outcome == "pass")
            // A good signature of another plan is none of this one.
            try scene.migration("20240102000000_more", "CREATE TABLE more (id int);")
            _ = try await scene.sluice("deploy", "staging")
            try scene.mergeToMain()
            let next = try await scene.json(PlanJSON.self, ["plan", "production"]).digest
            _ = try await scene.query(
                scene.production,
                "insert into _sluice.approvals (digest, name, email, actor, plan, signature) select '\(next)', name, email, actor, plan, signature from _sluice.approvals where signature is not null"
            )
            #expect(try await Self.gate("review", scene)?.outcome == "block")
        }
    }

    @Test func trailersOfMergesCount() async throws {
        let gates = Self.configuration("review: { by: trailers }")
        try await ReleaseScene.with(configuration: gates) { scene in
            try scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            _ = try await scene.sluice("deploy", "staging")
            try scene.git.checkout("main")
            try scene.git.git(
                "merge", "--no-ff", "-m", "Merge\n\nReviewed-by: Mia <mia@example.com>", "staging")
            try scene.git.checkout("staging")
            #expect(try await Self.gate("review", scene)?.outcome == "pass")
        }
    }

    @Test func anUpstreamRowWrittenByHandProvesNothing() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            let resolved = try await scene.sluice("resolve", "staging", "--applied", Self.jobs)
            #expect(resolved.status == 0, "\(resolved.stderr)")
            _ = try await scene.sluice("smoke", "staging")
            try scene.mergeToMain()
            let gate = try #require(try await Self.gate("upstream", scene))
            #expect(gate.outcome == "block")
        }
    }

    @Test func anExpiredSmokeRunBlocks() async throws {
        try await ReleaseScene.with { scene in
            try await Self.prove(scene)
            _ = try await scene.query(
                scene.staging,
                "update _prisma_migrations set finished_at = now() + interval '1 hour'")
            let gate = try #require(try await Self.gate("upstream", scene))
            #expect(gate.outcome == "block")
            #expect(gate.evidence.contains("older than the migrations"))
        }
    }

    @Test func onlyWhoMayGoesPastAGate() async throws {
        let gates =
            "window: { allow: [\"2020-01-01 UTC\"], overridable_by: [mia@example.com] }, checks: { commands: [\"false\"] }"
        try await ReleaseScene.with(configuration: Self.configuration(gates)) { scene in
            try await Self.prove(scene)
            let digest = try await scene.json(PlanJSON.self, ["plan", "production"]).digest
            let promote = ["promote", "production", "--plan", digest, "--override"]
            func run(_ arguments: [String], as person: [String: String?] = [:]) async throws
                -> ProcessRunner.Output
            {
                try await ProcessRunner.run(
                    scene.program, promote + arguments,
                    environment: scene.variables.merging(person) { $1 }, directory: scene.git.path)
            }
            #expect(try await run(["window"], as: Self.mia).status == 64)
            let ada = try await run(["window", "--reason", "now"])
            #expect(ada.status == 3)
            #expect(ada.stderr.contains("ada@example.com may not override the gate window"))
            let checks = try await run(["checks", "--reason", "now"], as: Self.mia)
            #expect(checks.status == 3)
            #expect(checks.stderr.contains("not overridable"))
            // Past one gate only.
            let one = try await run(["window", "--reason", "now"], as: Self.mia)
            #expect(one.status == 3)
            #expect(one.stderr.contains("checks"))
            #expect(!one.stderr.contains("window"))
        }
    }

    @Test func anOverrideIsRecordedAndShown() async throws {
        let gates = "window: { allow: [\"2020-01-01 UTC\"], overridable_by: [mia] }"
        try await ReleaseScene.with(configuration: Self.configuration(gates)) { scene in
            try await Self.prove(scene)
            let digest = try await scene.json(PlanJSON.self, ["plan", "production"]).digest
            let promoted = try await scene.sluice(
                "promote", "production", "--plan", digest, "--override", "window", "--reason",
                "the shop is down", environment: Self.mia)
            #expect(promoted.status == 0, "\(promoted.stderr)")
            #expect(promoted.stdout.contains("overridden"))
            for format in ["text", "markdown", "json"] {
                let history = try await scene.sluice("history", "production", "--format", format)
                #expect(history.stdout.contains("the shop is down"), "\(format)")
            }
        }
    }

    @Test func whoEditedAMigrationCannotApproveIt() async throws {
        try await ReleaseScene.with(configuration: Self.configuration("review: { approvals: 1 }")) {
            scene in
            try scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            let script = "prisma/migrations/\(Self.jobs)/migration.sql"
            try scene.git.commit(
                "more", files: [script: "CREATE TABLE jobs (id bigint);"],
                author: "Mia")
            #expect(try await scene.sluice("deploy", "staging").status == 0)
            try scene.mergeToMain()
            let digest = try await scene.json(PlanJSON.self, ["plan", "production"]).digest
            let own = try await scene.sluice(
                "approve", "production", "--plan", digest, "--yes", environment: Self.mia)
            #expect(own.status == 3)
            #expect(own.stderr.contains("was written or edited by Mia <mia@example.com>"))
        }
    }

    @Test func notesCountOnceTheyAreCommitted() async throws {
        try await ReleaseScene.with { scene in
            try await Self.prove(scene)
            let digest = try await scene.json(PlanJSON.self, ["plan", "production"]).digest
            let first = try await scene.sluice("promote", "production", "--plan", digest)
            #expect(first.status == 0, "\(first.stderr)")
            let name = "20240102000000_drop"
            try scene.migration(name, "DROP TABLE jobs;")
            _ = try await scene.sluice("deploy", "staging")
            try scene.mergeToMain()
            #expect(try await Self.gate("rollback_notes", scene)?.outcome == "block")
            let notes = "prisma/migrations/\(name)/ROLLBACK.md"
            try scene.git.write(Array("Restore the backup.\n".utf8), to: notes)
            #expect(try await Self.gate("rollback_notes", scene)?.outcome == "block")
            try scene.git.commit("notes", files: [notes: "Restore the backup.\n"])
            try scene.mergeToMain()
            #expect(try await Self.gate("rollback_notes", scene)?.outcome == "pass")
            #expect(try await Self.gate("findings", scene)?.outcome == "pass")
            _ = try await scene.query(scene.production, "insert into jobs values (1)")
            let gates = try await scene.json(PlanJSON.self, ["plan", "production"]).gates
            #expect(
                gates.filter { $0.outcome == "block" }.map(\.gate) == [
                    "dry_run", "data_loss", "findings",
                ])
            let accepted = try await scene.sluice(
                "promote", "production", "--plan", digest, "--accept-loss", name)
            // The digest is that of the plan before.
            #expect(accepted.status == 3)
            let now = try await scene.json(PlanJSON.self, ["plan", "production"]).digest
            let promoted = try await scene.sluice(
                "promote", "production", "--plan", now, "--accept-loss", name, "--reason", "old")
            #expect(promoted.status == 0, "\(promoted.stderr)")
            let history = try await scene.sluice("history", "production")
            #expect(history.stdout.contains("accept data_loss \(name)"))
            #expect(history.stdout.contains("by Ada <ada@example.com>, ada"))
        }
    }

    @Test func aLooserFileInTheWorkTreeChangesNothing() async throws {
        try await ReleaseScene.with(
            configuration: Self.configuration("checks: { commands: [\"false\"] }")
        ) {
            scene in
            try await Self.prove(scene)
            try scene.git.write(Array(ReleaseScene.configuration.utf8), to: "sluice.yml")
            #expect(try await Self.gate("checks", scene)?.outcome == "block")
        }
    }

    @Test func aLooserFileThatIsNamedChangesNothing() async throws {
        try await ReleaseScene.with(
            configuration: Self.configuration("checks: { commands: [\"false\"] }")
        ) { scene in
            try await Self.prove(scene)
            let file = "\(scene.git.directory)/other.yml"
            try (ReleaseScene.configuration + "    gates: { findings: off }\n").write(
                toFile: file, atomically: true, encoding: .utf8)
            let plan = try await scene.sluice("plan", "production", "--config", file)
            #expect(
                plan.stdout.contains("may not loosen what sluice.yml at"), "\(plan.stdout)")
            #expect(plan.stdout.contains("of production; as committed: findings, checks."))
            let folder = try await scene.sluice(
                "plan", "production", "--config", file, "--migrations",
                "\(scene.git.path)/prisma/migrations")
            #expect(folder.status != 0)
            #expect(
                folder.stderr.contains("guards production: findings, checks"), "\(folder.stderr)")
            let promoted = try await scene.sluice(
                "promote", "production", "--config", file, "--plan",
                String(repeating: "0", count: 12))
            #expect(promoted.status == 3)
            #expect(promoted.stderr.contains("block  checks"), "\(promoted.stderr)")
        }
    }

    @Test func aFileWithoutTheUpstreamIsPromotedWithAllTheSame() async throws {
        try await ReleaseScene.with { scene in
            try await Self.prove(scene)
            let file = "\(scene.git.directory)/other.yml"
            try ReleaseScene.configuration.replacing("    promotes_from: staging\n", with: "")
                .write(
                    toFile: file, atomically: true, encoding: .utf8)
            let direct = try await scene.sluice("deploy", "production", "--config", file)
            #expect(direct.status == 64, "\(direct.stdout)")
            #expect(direct.stderr.contains("production promotes from staging"))
            let digest = try await scene.json(
                PlanJSON.self, ["plan", "production", "--config", file]
            ).digest
            let promoted = try await scene.sluice(
                "promote", "production", "--config", file, "--plan", digest)
            #expect(promoted.status == 0, "\(promoted.stderr)")
        }
    }

    @Test func checksInFoldersCountForTheUpstream() async throws {
        let bare = ReleaseScene.configuration.replacing(
            "    smoke:\n      - { name: answers, sql: \"select true\" }\n", with: "")
        try await ReleaseScene.with(configuration: bare) { scene in
            try await Self.prove(scene)
            #expect(try await Self.gate("upstream", scene)?.outcome == "pass")
            try scene.git.commit(
                "check", files: ["prisma/migrations/\(Self.jobs)/smoke/jobs.sql": "select true"])
            try scene.mergeToMain()
            let gate = try await Self.gate("upstream", scene)
            #expect(gate?.evidence == "no smoke run is recorded in staging.")
            #expect(try await scene.sluice("smoke", "staging").status == 0)
            #expect(try await Self.gate("upstream", scene)?.outcome == "pass")
        }
    }

    @Test func everyRefusalIsADocument() async throws {
        struct Refusal: Decodable {
            struct Error: Decodable {
                var message: String
                var exitCode: Int32

                enum CodingKeys: String, CodingKey {
                    case message
                    case exitCode = "exit_code"
                }
            }
            var error: Error
            var verdict: String?
        }
        try await ReleaseScene.with { scene in
            try scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            let nowhere: [String: String?] = ["STAGING_URL": "postgresql://127.0.0.1:1/x"]
            _ = try await scene.query(scene.staging, "create table old (id int)")
            let cases: [(arguments: [String], environment: [String: String?], status: Int32)] = [
                (["deploy", "staging"], nowhere, 5), (["plan", "staging"], nowhere, 5),
                (["smoke", "staging"], nowhere, 5), (["deploy", "staging"], [:], 4),
                (["plan", "staging"], [:], 4), (["deploy", "nowhere"], [:], 64),
                (["deploy", "production"], [:], 64), (["plan", "--nonsense"], [:], 64),
                (["promote", "production", "--plan", "12"], [:], 64),
            ]
            for (arguments, environment, status) in cases {
                let output = try await ProcessRunner.run(
                    scene.program, arguments + ["--format", "json"],
                    environment: scene.variables.merging(environment) { $1 },
                    directory: scene.git.path)
                #expect(output.status == status, "\(arguments): \(output.stderr)")
                let document = try JSONDecoder().decode(
                    Refusal.self, from: Data(output.stdout.utf8))
                #expect(document.error.exitCode == status)
                #expect(!document.error.message.isEmpty)
                #expect(!output.stderr.isEmpty)
                let isDeployment = arguments[0] == "deploy"
                #expect((document.verdict == "blocked") == isDeployment, "\(arguments)")
            }
        }
    }

    @Test func aNamedFileIsWrittenDown() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            let file = "\(scene.git.directory)/other.yml"
            try ReleaseScene.configuration.write(toFile: file, atomically: true, encoding: .utf8)
            let deployed = try await scene.sluice("deploy", "staging", "--config", file)
            #expect(deployed.status == 0, "\(deployed.stderr)")
            #expect(deployed.stdout.contains("not of the commit"))
            let history = try await scene.sluice("history", "staging")
            #expect(history.stdout.contains("configuration from \(file)"))
        }
    }

    @Test func defaultGatesTakeFewRoundTrips() async throws {
        try await ReleaseScene.with { scene in
            try await Self.prove(scene)
            let cluster = try await TestCluster.shared
            for isPending in [true, false] {
                if !isPending {
                    let digest = try await scene.json(PlanJSON.self, ["plan", "production"]).digest
                    #expect(
                        try await scene.sluice("promote", "production", "--plan", digest).status
                            == 0)
                }
                for (name, database) in [
                    ("PRODUCTION_URL", scene.production), ("STAGING_URL", scene.staging),
                ] {
                    try await withTemporaryDirectory(named: "sockets") { sockets in
                        let proxy = try CuttingProxy(in: sockets, server: cluster.socketDirectory)
                        let url = proxy.url(database: database.name, user: cluster.superuser)
                        let output = try await scene.sluice(
                            "plan", "production", environment: [name: url])
                        #expect(output.status == 0, "\(output.stderr)")
                        #expect(proxy.roundTrips <= 10, "\(name): \(proxy.roundTrips)")
                        #expect(name == "STAGING_URL" || proxy.roundTrips > 0)
                        proxy.close()
                    }
                }
            }
        }
    }
}
