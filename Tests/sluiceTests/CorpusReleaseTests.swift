import Foundation
import Sandbox
import TestSupport
import Testing

/// 820 real migrations on their way through a history of thousands of commits.
struct CorpusReleaseTests {
    static let corpus = CorpusRepository.sharedCorpus()
    static let lag = 7

    static let configuration = """
        environments:
          staging: { branch: staging, database: "${STAGING_URL}" }
          production: { branch: main, promotes_from: staging, database: "${PRODUCTION_URL}" }

        """

    @Test(.enabled(if: corpus != nil, "the corpus of real migrations is not beside the package"))
    func realMigrationsReachProductionAsPsqlWouldApplyThem() async throws {
        let corpus = try #require(Self.corpus)
        try await ReleaseScene.with { scene in
            let history = try GitFixture(bare: true)
            let builder = CorpusRepository(corpus: corpus, commits: 4000, mainLag: Self.lag)
            let repository = try builder.build(in: history)
            let config = "\(history.directory)/sluice.yml"
            try Self.configuration.write(toFile: config, atomically: true, encoding: .utf8)
            let names = try builder.names()

            let deployed = try await scene.sluice(
                "deploy", "staging", "--config", config, directory: repository)
            #expect(deployed.status == 0, "\(deployed.stderr)")
            #expect(deployed.stdout.contains("succeeded: \(names.count) migrations applied"))

            let plan = try await scene.sluice(
                "plan", "production", "--config", config, "--format", "json", directory: repository)
            let document = try JSONDecoder().decode(PlanJSON.self, from: Data(plan.stdout.utf8))
            #expect(document.migrations.count == names.count - Self.lag)
            let promoted = try await scene.sluice(
                "promote", "production", "--plan", document.digest, "--config", config,
                directory: repository)
            #expect(promoted.status == 0, "\(promoted.stderr)")

            let reference = try await TemporaryDatabase.create()
            for (count, database) in [
                (names.count - Self.lag, scene.production), (names.count, scene.staging),
            ] {
                let from = count == names.count ? names.count - Self.lag : 0
                try await applyWithPsql(Array(names[from..<count]), corpus, to: reference)
                let expected = try await scene.schema(of: reference.url)
                #expect(expected.count > 100_000)
                #expect(try await scene.schema(of: database.url) == expected)
            }
            try await reference.drop()
        }
    }

    private func applyWithPsql(
        _ names: [String], _ corpus: String, to database: TemporaryDatabase
    ) async throws {
        let psql = try ServerInstallation.find(override: nil).bindir + "/psql"
        let scripts = names.map { "\\i '\(corpus)/\($0)/migration.sql'\n" }.joined()
        let output = try await ProcessRunner.run(
            psql, [database.url, "-Xq", "-v", "ON_ERROR_STOP=1"], stdin: scripts)
        #expect(output.status == 0, "\(output.stderr)")
    }
}
