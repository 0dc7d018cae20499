import Foundation
import TestSupport

/// A bare repository that is the server, and a clone in which sluice's hooks are
/// installed.
struct HookScene {
    let scene: ReleaseScene
    let clone: String

    static func with<Result>(
        configuration: String = ReleaseScene.configuration,
        _ body: (HookScene) async throws -> Result
    ) async throws -> Result {
        try await ReleaseScene.with(configuration: configuration) { scene in
            let server = "\(scene.git.directory)/server.git"
            try scene.git.git("clone", "--quiet", "--bare", scene.git.path, server)
            let this = HookScene(scene: scene, clone: "\(scene.git.directory)/clone")
            try scene.git.git("clone", "--quiet", "--branch", "staging", server, this.clone)
            try scene.git.git(["config", "sluice.program", scene.program], in: this.clone)
            let installed = try await scene.sluice("init", "--hooks", directory: this.clone)
            guard installed.status == 0 else {
                throw UnexpectedOutput(
                    status: installed.status, stdout: installed.stdout, stderr: installed.stderr)
            }
            return try await body(this)
        }
    }

    /// Runs git in the clone, with the hooks' output.
    func git(
        _ arguments: String..., environment: [String: String?] = [:], stdin: String? = nil
    ) async throws -> ProcessRunner.Output {
        var variables = scene.variables
        variables["GIT_COMMITTER_NAME"] = "Ada"
        variables["GIT_COMMITTER_EMAIL"] = "ada@example.com"
        return try await ProcessRunner.run(
            "git", arguments, environment: variables.merging(environment) { $1 },
            directory: clone, stdin: stdin)
    }

    /// The path of a migration's script in the clone.
    func script(_ name: String) -> String { "prisma/migrations/\(name)/migration.sql" }

    /// Writes a file in the clone and stages it.
    func stage(_ path: String, _ text: String) async throws {
        let file = URL(fileURLWithPath: "\(clone)/\(path)")
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        _ = try await git("add", path)
    }

    /// Commits a migration in the clone, whatever the hook says about it.
    func migration(_ name: String, _ sql: String) async throws {
        try await stage(script(name), sql)
        _ = try await git("commit", "--quiet", "--no-verify", "--message", name)
    }
}
