import Foundation
import TestSupport
import Testing

/// Wrong input gives a clear error and the right exit code, and changes nothing.
struct BadInputTests {
    @Test func noRepository() async throws {
        try await withTemporaryDirectory { folder in
            let output = try await ProcessRunner.run(
                ProcessRunner.sluice(), ["deploy"],
                environment: ["DATABASE_URL": "postgresql://x/y"],
                directory: folder)
            #expect(output.status == 64)
            #expect(output.stderr.contains("there is no Git repository"))
        }
    }

    @Test func emptyRepository() async throws {
        let git = try GitFixture()
        let output = try await ProcessRunner.run(
            ProcessRunner.sluice(), ["deploy"], environment: ["DATABASE_URL": "postgresql://x/y"],
            directory: git.path)
        #expect(output.status == 64)
        #expect(output.stderr.contains("no commit yet"))
    }

    @Test func aBranchThatDoesNotExist() async throws {
        let configuration = ReleaseScene.configuration.replacing(
            "branch: main", with: "branch: mian")
        try await ReleaseScene.with(configuration: configuration) { scene in
            let output = try await scene.sluice("plan", "production")
            #expect(output.status == 64)
            #expect(output.stderr.contains("no branch mian"))
        }
    }

    @Test func aDetachedHeadStillDeploysBranches() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", "CREATE TABLE jobs (id int);")
            try scene.git.git("checkout", "--quiet", "--detach")
            #expect(try await scene.sluice("deploy", "staging").status == 0)
        }
    }

    @Test(arguments: [("readme.md", "migration.sql"), ("migration.ts", "Prisma 8")])
    func foldersThatCannotBeUsed(_ file: String, _ expected: String) async throws {
        try await ReleaseScene.with { scene in
            try scene.git.commit(
                file, files: ["prisma/migrations/20240101000000_x/\(file)": "text"])
            let output = try await scene.sluice("deploy", "staging")
            #expect(output.status == 4, "\(output.stdout)\(output.stderr)")
            #expect(output.stderr.contains(expected), "\(output.stderr)")
            #expect(
                try await scene.query(
                    scene.staging, "select to_regclass('_prisma_migrations') is null") == "t")
        }
    }

    @Test func foldersWithTheSameFaultAreToldTogether() async throws {
        try await ReleaseScene.with { scene in
            let folders = (1...5).map { "2024010\($0)000000_move_rows" }
            try scene.git.commit(
                "programs",
                files: Dictionary(
                    uniqueKeysWithValues: folders.map {
                        ("prisma/migrations/\($0)/migration.ts", "export const run = () => {}\n")
                    }))
            let output = try await scene.sluice("deploy", "staging")
            #expect(output.status == 4, "\(output.stdout)\(output.stderr)")
            #expect(output.stderr.hasPrefix("unsupported 5 folders: each has no migration.sql but"))
            #expect(output.stderr.contains("\n  \(folders[2])\n  … and 2 more\n"))
            #expect(!output.stderr.contains(folders[3]))
        }
    }

    @Test(arguments: [
        (
            ["deploi", "staging"],
            "error: there is no command “deploi”.\nnext:  did you mean sluice deploy?\n"
        ),
        (
            ["help", "staus"],
            "error: there is no command “staus”.\nnext:  did you mean sluice status?\n"
        ),
        (
            ["xyzzy"],
            "error: there is no command “xyzzy”.\nnext:  “sluice --help” lists the commands.\n"
        ),
    ])
    func aMistypedCommandIsNamed(_ words: [String], _ complaint: String) async throws {
        let program = try ProcessRunner.sluice()
        let output = try await ProcessRunner.run(program, words)
        #expect(output.status == 64)
        #expect(output.stdout == "" && output.stderr == complaint)
        let document = try await ProcessRunner.run(program, words + ["--format", "json"])
        #expect(document.status == 64)
        let json = try JSONSerialization.jsonObject(with: Data(document.stdout.utf8))
        let refusal = try #require((json as? [String: Any])?["error"] as? [String: Any])
        #expect(refusal["exit_code"] as? Int == 64)
    }

    @Test func aCloneWithOneBranchIsToldWhatToFetch() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", "CREATE TABLE jobs (id int);")
            try scene.mergeToMain()
            let clone = "\(scene.git.directory)/clone"
            _ = try scene.git.git(
                "clone", "--quiet", "--single-branch", "--branch", "main", scene.git.path, clone)
            let refused = try await scene.sluice("deploy", "staging", directory: clone)
            #expect(refused.status == 64)
            let fetch = "git fetch origin staging:refs/remotes/origin/staging"
            #expect(refused.stderr.contains("next:  \(fetch)   ("), "\(refused.stderr)")
            let words = fetch.split(separator: " ").dropFirst().map(String.init)
            _ = try scene.git.git(["-C", clone] + words)
            #expect(try await scene.sluice("deploy", "staging", directory: clone).status == 0)
        }
    }

    @Test func whatHasNoMarkdownFormIsACodeBlock() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", "CREATE TABLE jobs (id int);")
            let text = try await scene.sluice("list", "staging").stdout
            let markdown = try await scene.sluice("list", "staging", "--format", "markdown").stdout
            #expect(markdown == "```text\n\(text)```\n")
            let plan = try await scene.sluice("plan", "staging", "--format", "markdown").stdout
            #expect(plan.hasPrefix("### "))
        }
    }

    @Test func aHistoryThatTheBranchLacksIsToldInAFewLines() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_start", "SELECT 1;")
            #expect(try await scene.sluice("deploy", "staging").status == 0)
            _ = try await scene.query(
                scene.staging,
                """
                INSERT INTO _prisma_migrations
                  (id, checksum, migration_name, finished_at, applied_steps_count)
                SELECT number, repeat('a', 64), 'of_another_project_' || number, now(), 1
                FROM generate_series(1, 3000) AS number
                """)
            let output = try await scene.sluice("deploy", "staging")
            #expect(output.status == 4, "\(output.stdout)\(output.stderr)")
            #expect(
                output.stderr.hasPrefix(
                    "missing 3000 folders: each is applied and not on branch staging."),
                "\(output.stderr.prefix(300))")
            #expect(output.stderr.contains("\n  … and 2997 more\n"))
            #expect(output.stderr.split(separator: "\n").count < 12, "\(output.stderr.suffix(600))")
        }
    }

    @Test func anExtensionTheServerLacksIsNamed() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration(
                "20240101000000_places", "CREATE EXTENSION IF NOT EXISTS no_such_places;")
            let deployed = try await scene.sluice("deploy", "staging")
            #expect(deployed.status == 1, "\(deployed.stderr)")
            #expect(deployed.stderr.contains("next:  install the extension no_such_places"))
            let hotfix = try await scene.sluice("hotfix", "20240101000000_places")
            #expect(hotfix.status == 1, "\(hotfix.stdout)")
            #expect(hotfix.stderr.contains("next:  install the extension no_such_places"))
        }
    }

    /// Scripts that PostgreSQL cannot receive, and the word that must name why.
    static let unsendable: [(script: [UInt8], word: String)] = [
        (Array("SELECT 1; -- \u{0}".utf8), "NUL"),
        ([0x2D, 0x2D, 0xFF, 0xFE], "UTF-8"),
        ([0xEF, 0xBB, 0xBF, 0x2D, 0x2D], "byte order mark"),
    ]

    @Test(arguments: unsendable)
    func scriptsThatCannotBeSent(_ bytes: [UInt8], _ expected: String) async throws {
        try await ReleaseScene.with { scene in
            try scene.git.write(bytes, to: "prisma/migrations/20240101000000_x/migration.sql")
            try scene.git.git("add", "--all")
            try scene.git.git("commit", "--quiet", "--message", "x")
            let output = try await scene.sluice("deploy", "staging")
            #expect(output.status == 4, "\(output.stdout)\(output.stderr)")
            #expect(output.stderr.lowercased().contains(expected.lowercased()), "\(output.stderr)")
        }
    }

    @Test func anotherProvider() async throws {
        try await ReleaseScene.with { scene in
            try scene.git.commit(
                "mysql", files: ["prisma/migrations/migration_lock.toml": "provider = \"mysql\"\n"])
            try scene.migration("20240101000000_x", "SELECT 1;")
            let output = try await scene.sluice("deploy", "staging")
            #expect(output.status == 4)
            #expect(output.stderr.contains("mysql"))
        }
    }

    @Test func aNonEmptyDatabaseWithoutHistory() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", "CREATE TABLE jobs (id int);")
            _ = try await scene.query(scene.staging, "create table jobs (id int)")
            let refused = try await scene.sluice("deploy", "staging")
            #expect(refused.status == 4)
            #expect(refused.stderr.contains("sluice resolve staging --applied 20240101000000_jobs"))
            let baselined = try await scene.sluice(
                "resolve", "staging", "--applied", "20240101000000_jobs")
            #expect(baselined.status == 0, "\(baselined.stderr)")
            #expect(try await scene.sluice("deploy", "staging").status == 0)
        }
    }

    @Test func unreachableServerWrongDatabaseAndMissingVariable() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", "CREATE TABLE jobs (id int);")
            let unreachable = try await scene.sluice(
                "deploy", "staging", environment: ["STAGING_URL": "postgresql://x@127.0.0.1:1/x"])
            #expect(unreachable.status == 5)
            let missing = try await scene.sluice(
                "deploy", "staging",
                environment: [
                    "STAGING_URL": scene.staging.url.replacing(scene.staging.name, with: "nope")
                ])
            #expect(missing.status == 64)
            #expect(missing.stderr.contains("does not exist"))
            let unset = try await scene.sluice(
                "deploy", "staging", environment: ["STAGING_URL": nil])
            #expect(unset.status == 64)
            #expect(unset.stderr.contains("STAGING_URL"))
        }
    }

    @Test func anSQLErrorIsNamedPrecisely() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_ok", "CREATE TABLE ok (id int);")
            try scene.migration(
                "20240102000000_bad",
                "-- über\nCREATE TABLE half (id int);\n\nALTER TABLE nowhere\n  ADD COLUMN x int;\n"
            )
            let output = try await scene.sluice("deploy", "staging")
            #expect(output.status == 1)
            #expect(
                output.stderr == """
                    error: 20240102000000_bad, statement 2, line 4: relation "nowhere" does not exist (SQLSTATE 42P01)
                      4 | ALTER TABLE nowhere
                    state: rolled back: nothing of this migration is in the database, and its history has no trace of it.
                    next:  correct the script on its branch, then run it again.

                    """)
            #expect(
                try await scene.query(scene.staging, "select to_regclass('half') is null") == "t")
            let names = "select string_agg(migration_name, ',') from _prisma_migrations"
            #expect(try await scene.query(scene.staging, names) == "20240101000000_ok")
            let failures =
                "select migration || ' ' || statement || ' ' || sqlstate from _sluice.steps where outcome = 'failed'"
            #expect(try await scene.query(scene.staging, failures) == "20240102000000_bad 2 42P01")
        }
    }

    @Test func editedMissingAndOutOfOrderMigrationsBlock() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_a", "CREATE TABLE a (id int);")
            try scene.migration("20240103000000_c", "CREATE TABLE c (id int);")
            _ = try await scene.sluice("deploy", "staging")
            try scene.git.commit(
                "edit",
                files: [
                    "prisma/migrations/20240101000000_a/migration.sql": "CREATE TABLE aa (id int);"
                ])
            try scene.migration("20240102000000_b", "CREATE TABLE b (id int);")
            try scene.git.commit(
                "gone", removing: ["prisma/migrations/20240103000000_c/migration.sql"])
            let status = try await scene.json(StatusJSON.self, ["status", "staging"])
            let environment = try #require(status.environments.first)
            #expect(environment.state == "needs-attention")
            #expect(
                Set(environment.problems.map(\.kind)).isSuperset(of: [
                    "edited", "missing", "diverged",
                ]))
            let output = try await scene.sluice("deploy", "staging")
            #expect(output.status == 4)
            #expect(try await scene.query(scene.staging, "select to_regclass('b') is null") == "t")
        }
    }

    @Test func checkLooksAtTheFileOfTheWorkTree() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", "CREATE TABLE jobs (id int);")
            try scene.mergeToMain()
            let before = try await scene.sluice("check")
            #expect(before.status == 0, "\(before.stdout)")
            #expect(!before.stdout.contains("committed"), "\(before.stdout)")
            let draft =
                "migrations: prisma/migration\n"
                + ReleaseScene.configuration.replacing(
                    "${STAGING_URL}", with: "${NOT_SET_HERE}")
                + "    gates: { drift: {} }\n"
            try scene.git.write(Array(draft.utf8), to: "sluice.yml")
            let after = try await scene.sluice("check")
            #expect(after.status == 64)
            #expect(after.stdout.contains("There is no folder prisma/migration in commit"))
            #expect(after.stdout.contains("the variable NOT_SET_HERE, used in line"))
            #expect(after.stdout.contains("\nnext: set NOT_SET_HERE to a postgresql:// URL."))
            #expect(after.stdout.contains("drift (configured)"), "\(after.stdout)")
            #expect(after.stdout.contains("staging: committed"))
        }
    }

    @Test func everyMistakeOfAConfigurationAtOnce() async throws {
        try await ReleaseScene.with { scene in
            try scene.git.write(
                Array(
                    "environments:\n  a:\n    brnch: x\n    deploy: { lock_timeout: soon }\n".utf8),
                to: "sluice.yml")
            let output = try await scene.sluice("check")
            #expect(output.status == 64)
            #expect(
                output.stderr.contains(
                    "sluice.yml:3: unknown key “brnch” in environment “a”; did you mean “branch”?"))
            #expect(output.stderr.contains("sluice.yml:4: lock_timeout must be a duration"))
            #expect(output.stderr.contains("needs a database"))
        }
    }

    @Test func aLooserConfigurationInTheWorkTreeDoesNotCount() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", "CREATE TABLE jobs (id int);")
            try scene.mergeToMain()
            let looser = ReleaseScene.configuration.replacing(
                "    promotes_from: staging\n", with: "")
            try scene.git.write(Array(looser.utf8), to: "sluice.yml")
            let output = try await scene.sluice("deploy", "production")
            #expect(output.status != 0)
            #expect(
                try await scene.query(scene.production, "select to_regclass('jobs') is null") == "t"
            )
        }
    }
}
