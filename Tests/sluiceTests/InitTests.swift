import Foundation
import TestSupport
import Testing

struct InitTests {
    @Test func whatItWritesIsValidAndNeverOverwritten() async throws {
        let git = try GitFixture(branch: "master")
        try git.commitMigration("20240101000000_jobs", "CREATE TABLE jobs (id int);")
        try git.git("branch", "develop")
        let program = try ProcessRunner.sluice()
        let written = try await ProcessRunner.run(program, ["init"], directory: git.path)
        #expect(written.status == 0, "\(written.stderr)")
        #expect(written.stdout.contains("staging (branch develop), production (branch master)"))
        let again = try await ProcessRunner.run(program, ["init"], directory: git.path)
        #expect(again.status == 64)
        #expect(again.stderr.contains("there already"))

        try git.git("add", "sluice.yml")
        try git.git("commit", "--quiet", "--message", "sluice")
        let plan = try await ProcessRunner.run(
            program, ["status", "production"], environment: ["PRODUCTION_DATABASE_URL": nil],
            directory: git.path)
        #expect(
            plan.stdout.contains(
                "the variable PRODUCTION_DATABASE_URL, used in line 18, is not set"),
            "\(plan.stdout)\(plan.stderr)")
    }

    @Test func theFolderOfAMonorepoIsFound() async throws {
        let git = try GitFixture(branch: "main")
        let folder = "packages/database/prisma"
        try git.commit(
            "add",
            files: [
                "\(folder)/migrations/1_a/migration.sql": "CREATE TABLE jobs (id int);",
                "\(folder)/schema.prisma": "",
            ])
        let written = try await ProcessRunner.run(
            ProcessRunner.sluice(), ["init", "--dry-run"], directory: git.path)
        #expect(written.stdout.contains("\nmigrations: \(folder)/migrations\n"))
        #expect(written.stdout.contains("\nschema: \(folder)/schema.prisma\n"))
    }

    @Test func newMakesAFolderThatSortsLast() async throws {
        let git = try GitFixture()
        try git.commitMigration("29990101000000_future", "SELECT 1;")
        let output = try await ProcessRunner.run(
            ProcessRunner.sluice(), ["new", "Add  escrow-milestones!"], directory: git.path)
        #expect(output.status == 0, "\(output.stderr)")
        #expect(
            output.line.hasSuffix(
                "prisma/migrations/29990101000001_add_escrow_milestones/migration.sql"))
        #expect(FileManager.default.fileExists(atPath: output.line))
        #expect(
            FileManager.default.fileExists(
                atPath: "\(git.path)/prisma/migrations/migration_lock.toml"))
    }
}
