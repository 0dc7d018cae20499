import Foundation
import Sandbox
import TestSupport
import Testing

/// What a hotfix looks like beside its statements: branch, proof, Prisma schema,
/// rows.
struct HotfixShapeTests {
    private typealias Document = HotfixTests.Document

    private static func script(_ scene: ReleaseScene, _ hotfix: Document.Hotfix) throws -> String {
        try scene.git.git(
            "show", "\(hotfix.branch):prisma/migrations/\(hotfix.migration)/migration.sql")
    }

    @Test func whatALaterMigrationHasUndoneIsLeftOutAndWhatItAddedStays() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("1_jobs", HotfixTests.jobs)
            try scene.migration(
                "2_harm",
                "ALTER TABLE jobs DROP COLUMN budget, DROP COLUMN title; CREATE TABLE x (id int);")
            try scene.migration(
                "20240103000000_later", "ALTER TABLE jobs ADD COLUMN budget INTEGER, ADD note text;"
            )
            let hotfix = try await scene.json(Document.self, ["hotfix", "2_harm"]).hotfix
            #expect(hotfix.proven)
            let script = try Self.script(scene, hotfix)
            #expect(
                script.contains(
                    "[+] column public.jobs.budget (undone already by 20240103000000_later)"))
            #expect(!script.contains("ADD COLUMN     \"budget\""))
            #expect(script.contains("ADD COLUMN     \"title\""))
            #expect(script.contains("with the later migration on top"))
            try scene.git.merge(hotfix.branch)
            #expect(try await scene.sluice("deploy", "staging").status == 0)
            let columns = try await scene.query(
                scene.staging,
                "select string_agg(column_name, ',' order by column_name) from information_schema.columns where table_name = 'jobs'"
            )
            #expect(columns == "budget,id,note,title")
            let drift = try await scene.sluice("status", "staging", "--drift")
            #expect(drift.status == 0, "\(drift.stdout)")
        }
    }

    @Test func whatLaterMigrationsNeedStaysAndIsSaidOnTheFirstLine() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("1_jobs", HotfixTests.jobs)
            try scene.migration("2_more", "CREATE TABLE more (id int PRIMARY KEY);")
            try scene.migration("3_view", "CREATE VIEW looks AS SELECT id FROM more;")
            let output = try await scene.sluice("hotfix", "2_more")
            #expect(output.status == 4)
            #expect(output.stdout.contains("view public.looks is in the way (3_view)"))
            let hotfix = try await scene.json(Document.self, ["hotfix", "2_more"]).hotfix
            #expect(!hotfix.proven)
            #expect(
                hotfix.cannotReturn == [
                    "[-] table public.more: view public.looks is in the way (3_view)"
                ])
            #expect(try Self.script(scene, hotfix).hasPrefix("-- NOT PROVEN"))

            // Both together is no problem.
            let both = try await scene.json(Document.self, ["hotfix", "2_more..3_view"]).hotfix
            #expect(both.proven)
        }
    }

    @Test func aFolderWithABlankInItsNameGetsABranchToo() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("1_jobs", HotfixTests.jobs)
            try scene.migration("2_harm copy..~1", "ALTER TABLE jobs DROP COLUMN budget;")
            let hotfix = try await scene.json(Document.self, ["hotfix", "2_harm copy..~1"]).hotfix
            #expect(hotfix.proven)
            #expect(hotfix.branch == "hotfix/2_harm-copy---1")
        }
    }

    /// Roles belong to the server, and a history is replayed there several times.
    @Test func aHistoryThatMakesAndDropsRolesIsReplayedMoreThanOnce() async throws {
        try await ReleaseScene.with { scene in
            let role = "role_of_\(scene.staging.name)"
            try scene.migration("1_jobs", HotfixTests.jobs)
            try scene.migration(
                "2_role",
                "CREATE ROLE \(role) NOLOGIN; CREATE TABLE ö (id int); GRANT SELECT ON jobs TO \(role);"
            )
            try scene.migration("3_harm", "ALTER TABLE jobs DROP COLUMN budget;")
            try scene.migration("4_drop", "DROP OWNED BY \(role); DROP ROLE \(role);")
            for name in ["3_harm", "2_role"] {
                let hotfix = try await scene.json(Document.self, ["hotfix", name]).hotfix
                #expect(hotfix.migration.contains(name.dropFirst(2)))
            }
            let harm = try await scene.json(Document.self, ["hotfix", "3_harm"]).hotfix
            #expect(harm.proven)
        }
    }

    @Test func whatAMigrationGaveToAnotherRoleGoesBack() async throws {
        try await ReleaseScene.with { scene in
            let role = "owner_of_\(scene.staging.name)"
            try scene.migration(
                "1_jobs",
                """
                \(HotfixTests.jobs)
                CREATE TABLE "Old" (id serial); ALTER TABLE "Old" OWNER TO \(role);
                CREATE FUNCTION tf() RETURNS int LANGUAGE sql AS 'SELECT 1';
                """)
            try scene.migration(
                "2_harm",
                """
                ALTER TABLE jobs OWNER TO \(role); ALTER FUNCTION tf() OWNER TO \(role);
                DROP TABLE "Old"; CREATE TABLE fresh (id int); ALTER TABLE fresh OWNER TO \(role);
                """)
            try scene.migration("3_only", "ALTER TABLE _prisma_migrations OWNER TO \(role);")
            let hotfix = try await scene.json(Document.self, ["hotfix", "2_harm"]).hotfix
            #expect(hotfix.proven)
            let lines = try Self.script(scene, hotfix).split(separator: "\n")
            let owners = lines.filter { $0.contains("OWNER TO") }.map(String.init)
            #expect(
                owners == [
                    "ALTER TABLE public.\"Old\" OWNER TO \"\(role)\";",
                    "ALTER TABLE public.jobs OWNER TO CURRENT_USER;",
                    "ALTER FUNCTION public.tf() OWNER TO CURRENT_USER;",
                ])
            let only = try await scene.json(Document.self, ["hotfix", "3_only"]).hotfix
            #expect(only.proven)
            #expect(
                try Self.script(scene, only).contains(
                    "ALTER TABLE public._prisma_migrations OWNER TO CURRENT_USER;"))
        }
    }

    @Test func askingTwiceFindsTheBranchThatIsThere() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("1_jobs", HotfixTests.jobs)
            try scene.migration("2_harm", "ALTER TABLE jobs DROP COLUMN budget;")
            let first = try await scene.json(Document.self, ["hotfix", "2_harm"]).hotfix
            let output = try await scene.sluice("hotfix", "2_harm")
            #expect(output.status == 0)
            #expect(output.stdout.contains("is there already"))
            let second = try await scene.json(Document.self, ["hotfix", "2_harm"]).hotfix
            #expect(second.branch == first.branch)
            #expect(second.commit == first.commit)
            #expect(second.migration == first.migration)
            #expect(second.proven)
            #expect(try scene.git.git("branch", "--list", "hotfix/*").contains("2_harm"))
            // Once it is merged there is nothing left to undo.
            try scene.git.merge(first.branch)
            let done = try await scene.sluice("hotfix", "2_harm")
            #expect(done.status == 4)
            #expect(done.stderr.contains("undone 2_harm already"))
        }
    }

    @Test func thePrismaSchemaIsMergedBackWithItsLineEndings() async throws {
        try await ReleaseScene.with { scene in
            let before = "model jobs {\r\n  id Int @id\r\n  budget Int?\r\n}\r\n"
            let after = before.replacingOccurrences(of: "  budget Int?\r\n", with: "")
            try scene.git.commit(
                "1", files: Self.files("1_jobs", HotfixTests.jobs, before))
            try scene.git.commit(
                "2", files: Self.files("2_harm", "ALTER TABLE jobs DROP COLUMN budget;", after))
            let today = after + "\r\nmodel more {\r\n  id Int @id\r\n}\r\n"
            try scene.git.commit("3", files: ["prisma/schema.prisma": today])
            let hotfix = try await scene.json(Document.self, ["hotfix", "2_harm"]).hotfix
            let merged = try scene.git.git("show", "\(hotfix.branch):prisma/schema.prisma")
            #expect(
                merged.trimmingCharacters(in: .whitespacesAndNewlines)
                    == (before + "\r\nmodel more {\r\n  id Int @id\r\n}\r\n")
                    .trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    @Test func ofACommitWithSeveralMigrationsOnlyTheOneIsTakenOutOfThePrismaSchema() async throws {
        try await ReleaseScene.with { scene in
            let before = """
                model Job {
                  id Int @id
                  pay Int? @map("budget")
                  @@map("jobs")
                }

                """
            let after = """
                enum State {
                  open
                  closed
                }

                model Job {
                  id Int @id
                  state State?
                  visits Visit[]
                  @@index([state])
                  @@map("jobs")
                }

                model Visit {
                  id Int @id
                  job Job @relation(fields: [jobId], references: [id])
                  jobId Int @map("job_id")
                  @@map("visits")
                }

                """
            try scene.git.commit("schema", files: ["prisma/schema.prisma": before])
            try scene.migration("1_jobs", HotfixTests.jobs)
            try scene.git.commit(
                "all at once",
                files: [
                    "prisma/schema.prisma": after,
                    "prisma/migrations/2_harm/migration.sql":
                        "ALTER TABLE jobs DROP COLUMN budget;",
                    "prisma/migrations/3_state/migration.sql": """
                    CREATE TYPE "State" AS ENUM ('open', 'closed');
                    ALTER TABLE jobs ADD COLUMN state "State";
                    CREATE INDEX jobs_state_idx ON jobs (state);
                    """,
                    "prisma/migrations/4_visits/migration.sql":
                        "CREATE TABLE visits (id int PRIMARY KEY, job_id int NOT NULL REFERENCES jobs (id));",
                ])
            func schema(without name: String) async throws -> String {
                let hotfix = try await scene.json(Document.self, ["hotfix", name]).hotfix
                #expect(hotfix.proven)
                return try scene.git.git("show", "\(hotfix.branch):prisma/schema.prisma") + "\n"
            }
            let harm = try await schema(without: "2_harm")
            #expect(harm.contains("  pay Int? @map(\"budget\")\n"))
            #expect(harm.replacing("  pay Int? @map(\"budget\")\n", with: "") == after)
            let state = try await schema(without: "3_state")
            let visits = "  visits Visit[]\n"
            let start = try #require(after.firstRange(of: "model Visit")).lowerBound
            let block = "\n" + after[start...]
            #expect(
                state
                    == before.replacing("  pay Int? @map(\"budget\")\n", with: visits) + block)
            let visit = try await schema(without: "4_visits")
            #expect(visit + block == after.replacing(visits, with: ""))
        }
    }

    @Test func aConflictInThePrismaSchemaIsMarkedAndReported() async throws {
        try await ReleaseScene.with { scene in
            let text = { (line: String) in "model jobs {\n  id Int @id\n\(line)}\n" }
            try scene.git.commit(
                "1", files: Self.files("1_jobs", HotfixTests.jobs, text("  budget Int?\n")))
            try scene.git.commit(
                "2",
                files: Self.files(
                    "2_harm", "ALTER TABLE jobs ALTER COLUMN budget TYPE BIGINT;",
                    text("  budget BigInt?\n")))
            try scene.git.commit(
                "3", files: ["prisma/schema.prisma": text("  budget BigInt? @ignore\n")])
            let output = try await scene.sluice("hotfix", "2_harm")
            #expect(output.stdout.contains("conflict: prisma/schema.prisma"))
            let merged = try scene.git.git("show", "hotfix/2_harm:prisma/schema.prisma")
            #expect(merged.contains("<<<<<<< today"))
            #expect(merged.contains(">>>>>>> before 2_harm"))
        }
    }

    private static func files(_ name: String, _ sql: String, _ schema: String) -> [String: String] {
        ["prisma/migrations/\(name)/migration.sql": sql, "prisma/schema.prisma": schema]
    }

    @Test func theWorkTreeGetsTheFilesWhereThatIsAsked() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("1_jobs", HotfixTests.jobs)
            try scene.migration("2_harm", "ALTER TABLE jobs DROP COLUMN budget;")
            let output = try await scene.sluice("hotfix", "2_harm", "--worktree")
            #expect(output.status == 0, "\(output.stderr)")
            let status = try scene.git.git("status", "--porcelain")
            #expect(status.contains("_hotfix_harm/"))
            #expect(try scene.git.git("branch", "--list", "hotfix/*").isEmpty)
        }
    }

    @Test(arguments: [false, true])
    func checksOfWhatGoesGoWithIt(_ inWorkTree: Bool) async throws {
        try await ReleaseScene.with { scene in
            let folder = "prisma/migrations/2_label/smoke"
            try scene.git.commit(
                "checks", files: ["prisma/migrations/1_jobs/smoke/jobs.sql": "select true"])
            try scene.migration("1_jobs", HotfixTests.jobs)
            try scene.git.commit(
                "checks",
                files: [
                    "\(folder)/label.sql": "select count(label) = 0 from jobs",
                    "\(folder)/README.md": "what it asks",
                ])
            try scene.migration("2_label", "ALTER TABLE jobs ADD COLUMN label text;")
            #expect(try await scene.sluice("deploy", "staging").status == 0)
            let output = try await ProcessRunner.run(
                scene.program, ["hotfix", "2_label"] + (inWorkTree ? ["--worktree"] : []),
                environment: scene.variables, directory: scene.git.path)
            #expect(output.status == 0, "\(output.stderr)")
            #expect(output.stdout.contains("removed: \(folder), whose checks ask for what goes"))
            if inWorkTree {
                let next = try #require(
                    output.stdout.split(separator: "\n").first { $0.contains("git add ") })
                let paths = next.split(separator: " ").filter { $0.hasPrefix("prisma/") }
                try scene.git.git(["add"] + paths.map(String.init))
                try scene.git.git("commit", "--quiet", "--message", "hotfix")
                #expect(try scene.git.git("status", "--porcelain").isEmpty)
            } else {
                #expect(try scene.git.git("show", "hotfix/2_label").contains(folder))
                try scene.git.merge("hotfix/2_label")
            }
            #expect(try scene.git.git("ls-files", "prisma/migrations/1_jobs/smoke") != "")
            #expect(try scene.git.git("ls-files", folder).isEmpty)
            let deployed = try await scene.sluice("deploy", "staging")
            #expect(deployed.status == 0, "\(deployed.stdout)\(deployed.stderr)")
        }
    }

    @Test func aCheckThatSomebodyIsWorkingOnStaysInTheWorkTree() async throws {
        try await ReleaseScene.with { scene in
            let check = "prisma/migrations/2_label/smoke/label.sql"
            try scene.migration("1_jobs", HotfixTests.jobs)
            try scene.git.commit("checks", files: [check: "select true"])
            try scene.migration("2_label", "ALTER TABLE jobs ADD COLUMN label text;")
            try scene.git.write(Array("select false".utf8), to: check)
            let output = try await scene.sluice("hotfix", "2_label", "--worktree")
            #expect(output.status == 0, "\(output.stderr)")
            #expect(output.stdout.contains("\(check) stays: it has changes"))
            #expect(!output.stdout.contains("removed:"))
            #expect(
                try String(contentsOfFile: "\(scene.git.path)/\(check)", encoding: .utf8)
                    == "select false")
        }
    }

    @Test func whatAKilledReplayHasLeftIsRemoved() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("1_jobs", HotfixTests.jobs)
            try scene.migration("2_harm", "ALTER TABLE jobs DROP COLUMN budget;")
            #expect(try await scene.sluice("hotfix", "2_harm").status == 0)
            let base = "\(scene.git.directory)/sandboxes"
            let name = try #require(try FileManager.default.contentsOfDirectory(atPath: base).first)
            func withCluster<T>(_ body: (SandboxCluster) throws -> T) throws -> T {
                let cluster = try SandboxCluster.start(
                    .kept(at: "\(base)/\(name)"),
                    installation: try ServerInstallation.find(override: nil))
                return try body(cluster)
            }
            // The second one is somebody's who is still at it.
            let ages: [(String, Double)] = [
                ("building_left", -3600), ("building_young", 3600), ("scratch_left", -3600),
            ]
            for (database, age) in ages {
                try withCluster { try $0.createDatabase(database) }
                let data = "\(base)/\(name)/data/base"
                let newest = try #require(
                    try FileManager.default.contentsOfDirectory(atPath: data).compactMap(Int.init)
                        .max())
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSinceNow: age)],
                    ofItemAtPath: "\(data)/\(newest)/PG_VERSION")
            }
            try scene.migration("3_more", "ALTER TABLE jobs DROP COLUMN title;")
            #expect(try await scene.sluice("hotfix", "3_more").status == 0)
            let left = try withCluster { cluster in
                try ages.map(\.0).filter { try cluster.databaseExists($0) }
            }
            #expect(left == ["building_young"])
        }
    }

    @Test func renamedLabelsAndColumnsKeepTheirRows() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration(
                "1_a",
                "CREATE TYPE k AS ENUM ('a', 'b'); CREATE TABLE t (id int PRIMARY KEY, k k, v text);"
            )
            _ = try await scene.sluice("deploy", "staging")
            _ = try await scene.query(scene.staging, "insert into t values (1, 'a', 'x')")
            try scene.migration(
                "2_b",
                "ALTER TYPE k RENAME VALUE 'a' TO 'z'; ALTER TYPE k RENAME TO kind; ALTER TABLE t RENAME v TO w;"
            )
            _ = try await scene.sluice("deploy", "staging")
            let hotfix = try await scene.json(Document.self, ["hotfix", "2_b"]).hotfix
            #expect(hotfix.proven)
            try scene.git.merge(hotfix.branch)
            let deployed = try await scene.sluice("deploy", "staging")
            #expect(deployed.status == 0, "\(deployed.stderr)")
            #expect(try await scene.query(scene.staging, "select k, v from t") == "a|x")
        }
    }
}
