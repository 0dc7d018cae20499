import Foundation
import ReleaseCore
import TestSupport
import Testing

/// The hooks as Git runs them.
struct HookTests {
    private static let jobs = "20240101000000_jobs"
    private static let title = "20240102000000_title"

    @Test func theProgramInstallsTheFilesOfTheRepository() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("hooks")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(Set(files) == Set(HookScript.allCases.map(\.rawValue)))
        for hook in HookScript.allCases {
            let file = folder.appendingPathComponent(hook.rawValue)
            let text = try String(contentsOf: file, encoding: .utf8)
            #expect(hook.text == text, "\(hook.rawValue)")
            #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 40)
            #expect(FileManager.default.isExecutableFile(atPath: file.path))
        }
    }

    @Test func anOrdinaryCommitIsSilent() async throws {
        try await HookScene.with { scene in
            try await scene.stage("readme.txt", "hello")
            let commit = try await scene.git("commit", "--quiet", "--message", "text")
            #expect(commit.status == 0)
            #expect(commit.stderr.isEmpty, "\(commit.stderr)")
        }
    }

    @Test func aNewMigrationIsShownWithItsFindings() async throws {
        try await HookScene.with { scene in
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int, title text);")
            try await scene.stage(scene.script(Self.title), "ALTER TABLE jobs DROP COLUMN title;")
            let commit = try await scene.git("commit", "--message", "title")
            #expect(commit.stderr.contains(Self.title), "\(commit.stderr)")
            #expect(commit.stderr.contains("drop-column"))
            #expect(commit.status == 1)
            // Who means it says so where reviewers see it.
            try await scene.stage(
                scene.script(Self.title),
                "-- sluice:allow drop-column nobody reads it\nALTER TABLE jobs DROP COLUMN title;")
            let meant = try await scene.git("commit", "--message", "title")
            #expect(meant.status == 0, "\(meant.stderr)")
            try await scene.stage(scene.script("20240103000000_psql"), "\\connect other\n")
            let refused = try await scene.git("commit", "--message", "psql")
            #expect(refused.status == 1)
            #expect(refused.stderr.contains("nothing was committed"), "\(refused.stderr)")
        }
    }

    @Test func aSyntaxErrorIsToldWithStatementLineAndMessage() async throws {
        try await HookScene.with { scene in
            try await scene.stage(
                scene.script(Self.jobs),
                "CREATE TABLE jobs (id int);\n\nALTER TABEL jobs ADD a int;")
            let commit = try await scene.git("commit", "--message", "jobs")
            #expect(
                commit.stderr.contains("(statement 2, line 3)")
                    && commit.stderr.contains("syntax error at or near \"TABEL\""),
                "\(commit.stderr)")
        }
    }

    @Test func aMergedMigrationIsNotEditedRenamedOrRemoved() async throws {
        try await HookScene.with { scene in
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            _ = try await scene.git("push", "--quiet")
            _ = try await scene.git("checkout", "--quiet", "-b", "feature")

            try await scene.stage(scene.script(Self.jobs), "CREATE TABLE jobs (id bigint);")
            let edited = try await scene.git("commit", "--message", "edit")
            #expect(edited.status == 1)
            #expect(edited.stderr.contains("\(Self.jobs) is edited"), "\(edited.stderr)")
            #expect(edited.stderr.contains("origin/staging, which feeds staging"))
            _ = try await scene.git("reset", "--quiet", "--hard")

            _ = try await scene.git(
                "mv", "prisma/migrations/\(Self.jobs)", "prisma/migrations/\(Self.title)")
            let renamed = try await scene.git("commit", "--message", "rename")
            #expect(renamed.status == 1)
            #expect(renamed.stderr.contains("renamed to \(Self.title)"), "\(renamed.stderr)")
            _ = try await scene.git("reset", "--quiet", "--hard")

            _ = try await scene.git("rm", "-r", "--quiet", "prisma/migrations/\(Self.jobs)")
            let removed = try await scene.git("commit", "--message", "remove")
            #expect(removed.status == 1)
            #expect(removed.stderr.contains("\(Self.jobs) is removed"), "\(removed.stderr)")
            #expect(try await scene.git("commit", "--no-verify", "--message", "x").status == 0)
        }
    }

    @Test func whatWasPushedNowhereIsItsAuthorsOwn() async throws {
        try await HookScene.with { scene in
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            try await scene.stage(scene.script(Self.jobs), "CREATE TABLE jobs (id bigint);")
            // The variables of the databases are not set on a developer's machine.
            let commit = try await scene.git(
                "commit", "--message", "edit",
                environment: ["STAGING_URL": nil, "PRODUCTION_URL": nil])
            #expect(commit.status == 0, "\(commit.stderr)")
            #expect(commit.stderr.contains("STAGING_URL"), "\(commit.stderr)")
        }
    }

    @Test func anAppliedMigrationIsNotEdited() async throws {
        try await HookScene.with { scene in
            _ = try await scene.git("checkout", "--quiet", "-b", "feature")
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            let deployed = try await scene.scene.sluice(
                "deploy", "staging", "--migrations", "\(scene.clone)/prisma/migrations",
                "--config", "\(scene.clone)/sluice.yml")
            #expect(deployed.status == 0, "\(deployed.stderr)")
            try await scene.stage(scene.script(Self.jobs), "CREATE TABLE jobs (id bigint);")
            let commit = try await scene.git("commit", "--message", "edit")
            #expect(commit.status == 1)
            #expect(commit.stderr.contains("it is applied in staging"), "\(commit.stderr)")
        }
    }

    @Test func anAbsentDatabasePassesUnlessStrictnessIsAskedFor() async throws {
        try await HookScene.with { scene in
            _ = try await scene.git("checkout", "--quiet", "-b", "feature")
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            try await scene.stage(scene.script(Self.jobs), "CREATE TABLE jobs (id bigint);")
            let nowhere = "postgresql://x@127.0.0.1:1/x"
            let absent = ["STAGING_URL": nowhere, "PRODUCTION_URL": nowhere]
            _ = try await scene.git("config", "sluice.strict", "true")
            let refused = try await scene.git("commit", "--message", "edit", environment: absent)
            #expect(refused.status == 1)
            #expect(refused.stderr.contains("sluice.strict"), "\(refused.stderr)")
            _ = try await scene.git("config", "--unset", "sluice.strict")
            let passed = try await scene.git("commit", "--message", "edit", environment: absent)
            #expect(passed.status == 0)
            #expect(passed.stderr.contains("127.0.0.1"), "\(passed.stderr)")
        }
    }

    @Test func aSchemaChangeWithoutMigrationIsPointedOut() async throws {
        try await HookScene.with { scene in
            try await scene.stage("prisma/schema.prisma", "model Job {}\n")
            let commit = try await scene.git("commit", "--message", "schema")
            #expect(commit.status == 0)
            #expect(commit.stderr.contains("no migration comes with it"), "\(commit.stderr)")
        }
    }

    @Test func anAbsentProgramPassesUnlessStrictnessIsAskedFor() async throws {
        try await HookScene.with { scene in
            _ = try await scene.git("config", "sluice.program", "/nowhere/sluice")
            try await scene.stage("readme.txt", "hello")
            let passed = try await scene.git("commit", "--message", "text")
            #expect(passed.status == 0)
            #expect(passed.stderr.contains("sluice is not in PATH"), "\(passed.stderr)")
            _ = try await scene.git("config", "sluice.strict", "true")
            try await scene.stage("readme.txt", "hello again")
            #expect(try await scene.git("commit", "--message", "text").status == 1)
        }
    }

    @Test func aForeignHookIsLeftAlone() async throws {
        try await HookScene.with { scene in
            let own = "\(scene.clone)/own-hooks"
            try FileManager.default.createDirectory(
                atPath: own, withIntermediateDirectories: true)
            try Data("#!/bin/sh\nexit 0\n".utf8)
                .write(to: URL(fileURLWithPath: "\(own)/pre-commit"))
            _ = try await scene.git("config", "core.hooksPath", "own-hooks")
            let output = try await scene.scene.sluice("init", "--hooks", directory: scene.clone)
            #expect(output.stderr.contains("sluice hook pre-commit \"$@\""), "\(output.stderr)")
            #expect(output.stdout.contains("installed \(own)/pre-push"), "\(output.stdout)")
            let kept = try String(contentsOfFile: "\(own)/pre-commit", encoding: .utf8)
            #expect(kept == "#!/bin/sh\nexit 0\n")
            let again = try await scene.scene.sluice("init", "--hooks", directory: scene.clone)
            #expect(again.stdout.contains("unchanged \(own)/pre-push"))
        }
    }

    @Test func aLateMigrationIsNotPushedAndRenamedByRebase() async throws {
        try await HookScene.with { scene in
            _ = try await scene.git("checkout", "--quiet", "-b", "feature")
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            let head = try await scene.git("rev-parse", "HEAD").line
            _ = try await scene.git("checkout", "--quiet", "staging")
            try await scene.migration(Self.title, "CREATE TABLE titles (id int);")
            #expect(try await scene.git("push", "--quiet").status == 0)
            _ = try await scene.git("checkout", "--quiet", "feature")

            let refused = try await scene.git("push", "--quiet", "origin", "feature")
            #expect(refused.status == 1)
            #expect(
                refused.stderr.contains("sluice new --rebase \(Self.jobs)"), "\(refused.stderr)")
            let renamed = try await scene.scene.sluice(
                "new", "--rebase", Self.jobs, directory: scene.clone)
            #expect(renamed.status == 0, "\(renamed.stderr)")
            #expect(renamed.stdout.contains("\(Self.jobs) → 20"), "\(renamed.stdout)")
            // Staged as a rename, its commits as they were.
            let status = try await scene.git("status", "--porcelain").line
            #expect(status.hasPrefix("R  prisma/migrations/\(Self.jobs)/migration.sql -> "))
            #expect(try await scene.git("rev-parse", "HEAD").line == head)
            #expect(try await scene.git("commit", "--message", "rename").status == 0)
            let pushed = try await scene.git("push", "--quiet", "origin", "feature")
            #expect(pushed.status == 0, "\(pushed.stderr)")
        }
    }

    @Test func aSharedMigrationIsNotRenamed() async throws {
        try await HookScene.with { scene in
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            _ = try await scene.git("push", "--quiet")
            let refused = try await scene.scene.sluice(
                "new", "--rebase", Self.jobs, directory: scene.clone)
            #expect(refused.status == 4)
            #expect(refused.stderr.contains("origin/staging"), "\(refused.stderr)")
            #expect(
                FileManager.default.fileExists(
                    atPath: "\(scene.clone)/\(scene.script(Self.jobs))"))
        }
    }

    @Test func rebaseRenamesTheRowInDevelopment() async throws {
        let configuration = """
            environments:
              dev: { database: "${DEV_URL}" }
              staging: { branch: staging, database: "${STAGING_URL}" }

            """
        try await HookScene.with(configuration: configuration) { scene in
            let development = ["DEV_URL": scene.scene.production.url]
            _ = try await scene.git("checkout", "--quiet", "-b", "feature")
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            let deployed = try await scene.scene.sluice(
                "deploy", "dev", environment: development, directory: scene.clone)
            #expect(deployed.status == 0, "\(deployed.stderr)")
            let renamed = try await scene.scene.sluice(
                "new", "--rebase", Self.jobs, environment: development, directory: scene.clone)
            #expect(renamed.stdout.contains("in the history of dev too"), "\(renamed.stdout)")
            let name = try await scene.scene.query(
                scene.scene.production, "select migration_name from _prisma_migrations")
            #expect(name.hasSuffix("_jobs") && name != Self.jobs)
        }
    }

    @Test func aMergeThatBringsMigrationsSaysSo() async throws {
        let configuration = """
            environments:
              dev: { database: sandbox }
              staging: { branch: staging, database: "${STAGING_URL}" }

            """
        try await HookScene.with(configuration: configuration) { scene in
            _ = try await scene.git("checkout", "--quiet", "-b", "feature")
            try await scene.stage("a.txt", "a")
            _ = try await scene.git("commit", "--quiet", "--message", "a")
            _ = try await scene.git("checkout", "--quiet", "staging")
            let silent = try await scene.git("merge", "--quiet", "--no-edit", "feature")
            #expect(silent.stderr.isEmpty, "\(silent.stderr)")
            _ = try await scene.git("checkout", "--quiet", "feature")
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            _ = try await scene.git("checkout", "--quiet", "staging")
            let merged = try await scene.git("merge", "--quiet", "--no-edit", "feature")
            #expect(merged.status == 0)
            #expect(merged.stderr.contains("a migration arrived:\n  \(Self.jobs)"))
            #expect(merged.stderr.contains("sluice deploy dev"), "\(merged.stderr)")
        }
    }
}
