import Foundation
import GitStore
import PostgresLink
import TestSupport
import Testing

@testable import ReleaseCore

/// A repository with the branches `staging` and `main` and two databases.
struct RepositoryFixture: Sendable {
    /// The work tree; `main` is checked out.
    let path: String
    let variables: [String: String]

    static let configuration = """
        environments:
          staging:
            branch: staging
            database: ${STAGING}
            smoke: [ { name: jobs, sql: "select count(*) >= 0 from jobs" } ]
          production:
            branch: main
            promotes_from: staging
            database: ${PRODUCTION}
        """

    func workspace() throws -> Workspace {
        try Workspace(
            WorkspaceOptions(
                repositoryPath: path, variables: variables, actor: "Mia",
                sandboxBase: path + "-sandboxes"))
    }

    func deploy(
        _ environment: String, plan digest: String? = nil
    ) throws -> DeploymentReport {
        try Deployer(try workspace()).run(
            DeploymentRequest(
                environment: environment, promotes: environment == "production",
                inspectedDigest: digest))
    }

    func ask(_ variable: String, _ sql: String) throws -> [[String?]] {
        let url = try #require(variables[variable])
        let session = try PostgresSession(connecting: try ConnectionTarget(url: url))
        return try session.execute(sql).last?.rows ?? []
    }
}

@Suite("A deployment from a repository")
struct RepositoryDeploymentTests {
    private func withRepository(
        _ body: @escaping @Sendable (RepositoryFixture, GitFixture) throws -> Void
    ) async throws {
        await Turnstile.databases.enter()
        let outcome: Result<Void, any Error>
        do {
            try await withTemporaryDatabase { staging in
                try await withTemporaryDatabase { production in
                    try await BlockingThread.run {
                        let git = try GitFixture(branch: "main")
                        try git.commit(
                            "configure", files: ["sluice.yml": RepositoryFixture.configuration])
                        let fixture = RepositoryFixture(
                            path: git.path,
                            variables: ["STAGING": staging, "PRODUCTION": production])
                        try body(fixture, git)
                    }
                }
            }
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await Turnstile.databases.leave()
        try outcome.get()
    }

    @Test("takes what reached the branch, and writes down commit and author")
    func provenance() async throws {
        try await withRepository { fixture, git in
            try git.checkout("feature", from: "main")
            let added = try git.commitMigration(
                "1_jobs", "CREATE TABLE jobs (id int)", author: "Bob")
            try git.checkout("staging", from: "main")
            let before = try fixture.deploy("staging")
            #expect(before.verdict == .blocked)
            #expect(before.plan.problems.first?.detail.contains("prisma/migrations") == true)
            let merged = try git.merge("feature")
            let report = try fixture.deploy("staging")
            #expect(report.verdict == .succeeded)
            #expect(report.plan.commit == merged)
            #expect(report.plan.branch == "staging")
            #expect(
                try fixture.ask("STAGING", "SELECT migration, commit, author FROM _sluice.steps")
                    == [["1_jobs", added.hex, "Bob <bob@example.com>"]])
            #expect(
                try fixture.ask("STAGING", "SELECT branch, commit, actor FROM _sluice.deployments")
                    == [["staging", merged.hex, "Mia"]])
        }
    }

    @Test("promotes what the upstream has proven, and nothing else")
    func promoting() async throws {
        try await withRepository { fixture, git in
            try git.commitMigration("1_jobs", "CREATE TABLE jobs (id int)")
            try git.checkout("staging", from: "main")
            func blocking(_ report: DeploymentReport) -> [GateName] {
                report.gates.filter { $0.outcome == .block }.map(\.gate)
            }
            let early = try fixture.deploy("production")
            #expect(early.verdict == .blocked)
            #expect(blocking(early) == [.upstream, .dryRun])
            #expect(try fixture.deploy("staging").verdict == .succeeded)
            let uninspected = try fixture.deploy("production")
            #expect(blocking(uninspected) == [.dryRun])
            #expect(
                blocking(try fixture.deploy("production", plan: "000000000000")) == [.dryRun])
            let digest = String(uninspected.plan.digest.prefix(12))
            let report = try fixture.deploy("production", plan: digest)
            #expect(report.verdict == .succeeded)
            #expect(report.applied == ["1_jobs"])
            #expect(
                try fixture.ask("PRODUCTION", "SELECT environment FROM _sluice.meta")
                    == [["production"]])
        }
    }

    @Test("does not take another database's word for its upstream's")
    func wrongUpstream() async throws {
        try await withRepository { fixture, git in
            try git.commitMigration("1_jobs", "CREATE TABLE jobs (id int)")
            try git.checkout("staging", from: "main")
            try #require(try fixture.deploy("staging").verdict == .succeeded)
            _ = try fixture.ask("STAGING", "UPDATE _sluice.meta SET environment = 'elsewhere'")
            let report = try fixture.deploy("production")
            #expect(report.gates.first?.gate == .upstream)
            #expect(report.gates.first?.outcome == .block)
            #expect(report.gates.first?.evidence.contains("elsewhere") == true)
        }
    }

    @Test("is governed by the configuration of the commit, not of the work tree")
    func governing() async throws {
        try await withRepository { fixture, git in
            try git.commitMigration("1_jobs", "CREATE TABLE jobs (id int)")
            try git.checkout("staging", from: "main")
            let loosened = RepositoryFixture.configuration.replacing(
                "select count(*) >= 0 from jobs", with: "select true")
            try git.write(Array(loosened.utf8), to: "sluice.yml")
            let release = try fixture.workspace().release(to: "staging")
            #expect(
                release.environment.smoke.first?.action
                    == .sql("select count(*) >= 0 from jobs", .isTrue))
        }
    }

    @Test("names the commit that edited or removed an applied migration")
    func changedLater() async throws {
        try await withRepository { fixture, git in
            try git.commitMigration("1_jobs", "CREATE TABLE jobs (id int)")
            try git.commitMigration("2_more", "ALTER TABLE jobs ADD a int")
            try git.checkout("staging", from: "main")
            try #require(try fixture.deploy("staging").verdict == .succeeded)
            let edited = try git.commitMigration("1_jobs", "CREATE TABLE jobs (id bigint)")
            let removed = try git.commit("remove", removing: ["prisma/migrations/2_more"])
            let problems = try fixture.deploy("staging").plan.problems
            #expect(problems.map(\.kind) == [.edited, .missing])
            #expect(problems.first?.detail.contains(edited.short) == true)
            #expect(problems.last?.detail.contains(removed.short) == true)
        }
    }

    @Test("refuses the wrong command, an unknown environment and a missing variable")
    func usage() async throws {
        try await withRepository { fixture, git in
            try git.checkout("staging", from: "main")
            func kind(_ body: () throws -> Void) -> ReleaseError.Kind? {
                do {
                    try body()
                    return nil
                } catch {
                    return (error as? ReleaseError)?.kind
                }
            }
            func deploy(_ environment: String, promotes: Bool) -> () throws -> Void {
                {
                    _ = try Deployer(try fixture.workspace()).run(
                        DeploymentRequest(environment: environment, promotes: promotes))
                }
            }
            #expect(kind(deploy("staging", promotes: true)) == .usage)
            #expect(kind(deploy("production", promotes: false)) == .usage)
            #expect(kind(deploy("stagign", promotes: false)) == .usage)
            let bare = RepositoryFixture(path: fixture.path, variables: [:])
            let error = #expect(throws: ReleaseError.self) { try bare.deploy("staging") }
            #expect(error?.kind == .usage)
            #expect(error?.what.contains("STAGING") == true)
            #expect(error?.what.contains("postgresql://") == false)
        }
    }
}
