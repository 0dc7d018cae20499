import Foundation
import TestSupport
import Testing
import Yams

/// The workflow files of the documentation: they are YAML of the right shape, and
/// their commands do what they say.
struct WorkflowFileTests {
    private static let jobs = "20240101000000_jobs"

    /// The parts of a job that run, in GitHub's or GitLab's form.
    private struct Job {
        var name: String
        var commands: [String]
    }

    @Test func theCommandsOfGitHubsWorkflowRun() async throws {
        let workflow = try #require(try Self.documents().first { $0["jobs"] != nil })
        let triggers = try #require(workflow["on"])
        #expect(
            triggers.mapping?.keys.compactMap(\.string).sorted() == [
                "pull_request", "push", "workflow_dispatch",
            ])
        let jobs = try #require(workflow["jobs"]?.mapping).map { key, job in
            Job(
                name: key.string ?? "",
                commands: job["steps"]?.sequence?.compactMap { $0["run"]?.string } ?? [])
        }
        #expect(jobs.map(\.name) == ["check", "deploy", "promote"])
        try await run(jobs, outputs: "GITHUB_OUTPUT", summary: "GITHUB_STEP_SUMMARY")
    }

    @Test func theCommandsOfGitLabsPipelineRun() async throws {
        let pipeline = try #require(try Self.documents().first { $0["stages"] != nil })
        let stages = try #require(pipeline["stages"]?.array(of: String.self))
        let jobs = stages.map { stage in
            Job(
                name: stage,
                commands: pipeline[stage]?["script"]?.array(of: String.self) ?? [])
        }
        #expect(jobs.allSatisfy { !$0.commands.isEmpty })
        try await run(jobs, outputs: "SLUICE_OUTPUT", summary: "SLUICE_SUMMARY")
    }

    @Test func theManifestOfKubernetesIsADeployment() throws {
        let manifest = try #require(
            try Self.documents("FollowingBranches").first { $0["kind"]?.string == "Deployment" })
        let containers = manifest["spec"]?["template"]?["spec"]?["containers"]?.sequence
        let arguments = try #require(containers?.first?["args"]?.array(of: String.self))
        #expect(arguments.first == "watch")
        #expect(arguments.contains("--listen"))
    }

    /// Runs the jobs one after the other as CI does: on a detached commit, by a
    /// shell that stops at the first failure.
    private func run(_ jobs: [Job], outputs: String, summary: String) async throws {
        try await ReleaseScene.with { scene in
            try scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            try scene.git.git("checkout", "--quiet", "--detach")
            try scene.git.git("branch", "--force", "main", "staging")
            let folder = scene.git.directory
            var variables = scene.variables
            variables["PATH"] = try Self.path(scene, folder)
            variables["GITHUB_ACTIONS"] = outputs == "GITHUB_OUTPUT" ? "true" : nil
            for job in jobs {
                variables[outputs] = "\(folder)/\(job.name).out"
                variables[summary] = "\(folder)/\(job.name).md"
                if job.name == "promote" {
                    variables["DIGEST"] = try await scene.json(
                        PlanJSON.self, ["plan", "production"]
                    ).digest
                }
                for command in job.commands where !command.hasPrefix("gh ") {
                    #expect(!command.contains("${{"), "\(command)")
                    let output = try await ProcessRunner.run(
                        "sh", ["-ec", command], environment: variables, directory: scene.git.path)
                    #expect(output.status == 0, "\(command): \(output.stdout)\(output.stderr)")
                }
            }
            func file(_ name: String) throws -> String {
                try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
            }
            let prefix = outputs == "GITHUB_OUTPUT" ? "" : "SLUICE_"
            func name(_ name: String) -> String {
                prefix.isEmpty ? name : prefix + name.uppercased()
            }
            #expect(try file("check.out").contains("\(name("pending"))=1\n"))
            #expect(try file("deploy.out").contains("\(name("verdict"))=succeeded\n"))
            #expect(try file("promote.out").contains("\(name("applied"))=1\n"))
            #expect(try file("check.md").hasPrefix("### staging: 1 pending, plan `"))
            #expect(try file("deploy.md").contains("- `\(Self.jobs)`"))
            #expect(
                try String(
                    contentsOfFile: "\(scene.git.path)/plan.md", encoding: .utf8
                ).contains("| `\(Self.jobs)` | transactional | 1 |"))
            #expect(
                try await scene.query(
                    scene.production, "select actor from _sluice.deployments") == "ada")
        }
    }

    @Test func aFailureIsAnnotatedAtItsLine() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration(Self.jobs, "CREATE TABLE jobs (id int);\nSELECT nothing;\n")
            let summary = "\(scene.git.directory)/summary.md"
            let failed = try await scene.sluice(
                "deploy", "staging", "--format", "json",
                environment: ["GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": summary])
            #expect(failed.status == 1)
            #expect(
                failed.stderr.contains(
                    "::error file=prisma/migrations/\(Self.jobs)/migration.sql,line=2,title=staging%3A failed::column \"nothing\" does not exist"
                ), "\(failed.stderr)")
            #expect(failed.stdout.hasPrefix("{"))
            let text = try String(contentsOfFile: summary, encoding: .utf8)
            #expect(text.contains("### staging: failed, 0 migrations applied"), "\(text)")
            #expect(text.contains("statement 2, line 2"))
        }
    }

    /// A `PATH` whose first folder has the built program.
    private static func path(_ scene: ReleaseScene, _ folder: String) throws -> String {
        let bin = "\(folder)/bin"
        try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: "\(bin)/sluice", withDestinationPath: scene.program)
        return "\(bin):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")"
    }

    /// The YAML blocks of an article.
    private static func documents(_ article: String = "ContinuousIntegration") throws -> [Node] {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = "Sources/ReleaseCore/ReleaseCore.docc/\(article).md"
        let text = try String(contentsOf: package.appendingPathComponent(file), encoding: .utf8)
        return try text.components(separatedBy: "```yaml\n").dropFirst().compactMap { part in
            try part.components(separatedBy: "\n```").first.flatMap { try Yams.compose(yaml: $0) }
        }
    }
}
