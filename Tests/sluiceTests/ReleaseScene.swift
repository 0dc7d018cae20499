import Foundation
import Sandbox
import TestSupport

/// A repository, a staging and a production database, and the built program.
struct ReleaseScene {
    let git: GitFixture
    let staging: TemporaryDatabase
    let production: TemporaryDatabase
    let program: String

    static let configuration = """
        environments:
          staging:
            branch: staging
            database: ${STAGING_URL}
            smoke:
              - { name: answers, sql: "select true" }
          production:
            branch: main
            promotes_from: staging
            database: ${PRODUCTION_URL}

        """

    /// Runs `body` with branches `main` and `staging` that hold the configuration.
    static func with<Result>(
        configuration: String = configuration, _ body: (ReleaseScene) async throws -> Result
    ) async throws -> Result {
        let scene = ReleaseScene(
            git: try GitFixture(), staging: try await .create(), production: try await .create(),
            program: try ProcessRunner.sluice())
        try scene.git.commit(
            "configuration",
            files: [
                "sluice.yml": configuration,
                "prisma/migrations/migration_lock.toml": "provider = \"postgresql\"\n",
            ])
        try scene.git.git("branch", "staging")
        try scene.git.checkout("staging")
        do {
            let result = try await body(scene)
            try await scene.drop()
            return result
        } catch {
            try? await scene.drop()
            throw error
        }
    }

    private func drop() async throws {
        try await staging.drop()
        try await production.drop()
    }

    /// What the program's environment says here.
    var variables: [String: String?] {
        [
            "STAGING_URL": staging.url, "PRODUCTION_URL": production.url,
            "SLUICE_SANDBOX_DIR": "\(git.directory)/sandboxes", "HOME": "\(git.directory)/home",
            "GIT_CONFIG_NOSYSTEM": "1", "NO_COLOR": "1",
            "GITHUB_ACTOR": "ada", "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
        ]
    }

    /// Runs the program in the repository.
    func sluice(
        _ arguments: String..., environment: [String: String?] = [:], directory: String? = nil
    ) async throws -> ProcessRunner.Output {
        try await ProcessRunner.run(
            program, arguments, environment: variables.merging(environment) { $1 },
            directory: directory ?? git.path)
    }

    /// Runs the program and decodes its JSON output.
    func json<Document: Decodable>(
        _ type: Document.Type, _ arguments: [String]
    ) async throws -> Document {
        let output = try await ProcessRunner.run(
            program, arguments + ["--format", "json"], environment: variables, directory: git.path)
        guard let document = try? JSONDecoder().decode(type, from: Data(output.stdout.utf8)) else {
            throw UnexpectedOutput(
                status: output.status, stdout: output.stdout, stderr: output.stderr)
        }
        return document
    }

    /// Commits a migration to the branch that is checked out.
    func migration(_ name: String, _ sql: String) throws {
        try git.commitMigration(name, sql)
    }

    /// Merges staging into main and stays on staging.
    func mergeToMain() throws {
        try git.checkout("main")
        try git.merge("staging")
        try git.checkout("staging")
    }

    /// Asks a database with psql; one line a row.
    func query(_ database: TemporaryDatabase, _ sql: String) async throws -> String {
        let psql = try ServerInstallation.find(override: nil).bindir + "/psql"
        return try await ProcessRunner.run(psql, [database.url, "-XAtc", sql]).line
    }

    /// The schema as pg_dump sees it, without sluice's and Prisma's own tables.
    func schema(of url: String) async throws -> String {
        let program = try ServerInstallation.find(override: nil).bindir + "/pg_dump"
        let output = try await ProcessRunner.run(
            program,
            [
                "--schema-only", "--exclude-schema=_sluice", "--exclude-table=_prisma_migrations",
                url,
            ])
        // pg_dump guards its output with a random word since 15.14.
        return output.stdout.split(separator: "\n").filter { !$0.hasPrefix("\\") }
            .joined(separator: "\n")
    }
}

/// Output that is not the document a test asked for.
struct UnexpectedOutput: Error {
    var status: Int32
    var stdout: String
    var stderr: String
}

/// The parts of the JSON output that tests look at.
struct DeploymentJSON: Decodable {
    struct Failure: Decodable {
        var migration: String
        var statement: Int?
        var line: Int?
        var sqlstate: String?
        var databaseState: String

        enum CodingKeys: String, CodingKey {
            case migration, statement, line, sqlstate
            case databaseState = "database_state"
        }
    }

    struct Gate: Decodable {
        var gate: String
        var outcome: String
        var evidence: String
    }

    struct Smoke: Decodable {
        var name: String
        var outcome: String
    }

    var environment: String
    var deployment: String?
    var verdict: String
    var applied: [String]
    var failed: Failure?
    var gates: [Gate]
    var smoke: [Smoke]
}

struct PlanJSON: Decodable {
    struct Migration: Decodable {
        var name: String
        var checksum: String
        var commit: String
        var author: String
        var mode: String
        var statements: Int
        var findings: [Finding]
    }

    struct Finding: Decodable {
        var rule: String
        var severity: String
        var statement: Int
        var line: Int
        var message: String
    }

    var environment: String
    var commit: String
    var digest: String
    var migrations: [Migration]
    var gates: [DeploymentJSON.Gate]
}

struct StatusJSON: Decodable {
    struct Environment: Decodable {
        var name: String
        var branch: String?
        var commit: String?
        var state: String
        var applied: Int
        var pending: [String]
        var problems: [Problem]
    }

    struct Problem: Decodable {
        var kind: String
        var migration: String
    }

    var environments: [Environment]
}
