import Foundation
import Sandbox
import TestSupport

/// A bare repository on a server, with sluice's post-receive installed, and a clone
/// to push from.
struct WatchScene {
    let scene: ReleaseScene
    let server: String
    let clone: String

    static let configuration = """
        environments:
          staging:
            branch: staging
            database: ${STAGING_URL}
            auto: true
            smoke:
              - { name: answers, sql: "select true" }
          production:
            branch: main
            promotes_from: staging
            database: ${PRODUCTION_URL}

        """

    static func with<Result>(
        configuration: String = configuration, hook: Bool = false,
        _ body: (WatchScene) async throws -> Result
    ) async throws -> Result {
        try await ReleaseScene.with(configuration: configuration) { scene in
            let folder = scene.git.directory
            let this = WatchScene(
                scene: scene, server: "\(folder)/server.git", clone: "\(folder)/clone")
            try scene.git.git("clone", "--quiet", "--bare", scene.git.path, this.server)
            // A server refuses to delete the branch its HEAD names.
            try scene.git.git(["symbolic-ref", "HEAD", "refs/heads/main"], in: this.server)
            if hook { try await this.installHook() }
            try this.addClone(this.clone)
            return try await body(this)
        }
    }

    private func installHook() async throws {
        let installed = try await scene.sluice("init", "--hooks", directory: server)
        guard installed.stdout.contains("installed \(server)/hooks/post-receive") else {
            throw UnexpectedOutput(
                status: installed.status, stdout: installed.stdout, stderr: installed.stderr)
        }
        try scene.git.git(["config", "sluice.program", scene.program], in: server)
        try setVariables(staging: scene.staging.url)
    }

    /// What the server's administrator writes for the hook.
    func setVariables(staging: String) throws {
        try FileManager.default.createDirectory(
            atPath: "\(server)/sluice", withIntermediateDirectories: true)
        let text = "STAGING_URL='\(staging)'\nPRODUCTION_URL='\(scene.production.url)'\n"
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(server)/sluice/environment"))
    }

    /// Clones the server's repository once more.
    func addClone(_ path: String) throws {
        try scene.git.git("clone", "--quiet", "--branch", "staging", server, path)
    }

    /// Runs git in a clone, with what hooks say.
    func git(_ arguments: [String], in folder: String? = nil) async throws -> ProcessRunner.Output {
        try await startGit(arguments, in: folder).wait()
    }

    func startGit(_ arguments: [String], in folder: String? = nil) throws -> RunningProcess {
        let variables: [String: String?] = [
            "HOME": "\(scene.git.directory)/home", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
            "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com",
            "SLUICE_SANDBOX_DIR": "\(scene.git.directory)/sandboxes",
        ]
        return try ProcessRunner.start(
            "git", arguments, environment: variables, directory: folder ?? clone)
    }

    /// Commits a migration in a clone.
    func migration(_ name: String, _ sql: String, in folder: String? = nil) async throws {
        let path = "\(folder ?? clone)/prisma/migrations/\(name)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        try Data(sql.utf8).write(to: URL(fileURLWithPath: "\(path)/migration.sql"))
        _ = try await git(["add", "--all"], in: folder)
        _ = try await git(["commit", "--quiet", "--message", name], in: folder)
    }

    func push(_ arguments: String..., from folder: String? = nil) async throws
        -> ProcessRunner.Output
    {
        try await git(
            ["push"] + (arguments.isEmpty ? ["origin", "staging"] : arguments), in: folder)
    }

    /// Looks once, as a watcher does.
    func watchOnce(_ arguments: String..., environment: [String: String?] = [:]) async throws
        -> ProcessRunner.Output
    {
        try await ProcessRunner.run(
            scene.program, ["watch", "--once"] + arguments,
            environment: scene.variables.merging(environment) { $1 }, directory: server)
    }

    /// Starts a watcher that looks often.
    func startWatcher(_ arguments: String...) throws -> RunningProcess {
        try ProcessRunner.start(
            scene.program, ["watch", "--interval", "200ms"] + arguments,
            environment: scene.variables, directory: server)
    }

    /// The migrations a database has, in order of application, once `condition`
    /// holds for them, or after a minute.
    func applied(
        in database: TemporaryDatabase, until condition: ([String]) -> Bool = { _ in true }
    ) async throws -> [String] {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let output = try await scene.query(
                database,
                "select migration_name from _prisma_migrations where finished_at is not null order by finished_at, migration_name"
            )
            let names = output.split(separator: "\n").map(String.init)
            if condition(names) || ContinuousClock.now > deadline { return names }
            try await Task.sleep(for: .milliseconds(30))
        }
    }

    /// The hook's log of an environment, once it says this, or after a minute.
    func log(of environment: String, until text: String) async throws -> String {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let log =
                (try? String(contentsOfFile: "\(server)/sluice/\(environment).log", encoding: .utf8))
                ?? ""
            if log.contains(text) || ContinuousClock.now > deadline { return log }
            try await Task.sleep(for: .milliseconds(30))
        }
    }

    /// Waits until something is so; a minute at most.
    func until(_ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(30))
        }
        throw UnexpectedOutput(status: -1, stdout: "", stderr: "a minute went by.")
    }

    /// Holds the deployment lock of staging from another session.
    func holdLock() async throws -> RunningProcess {
        let psql = try ServerInstallation.find(override: nil).bindir + "/psql"
        let holder = try ProcessRunner.start(
            psql,
            [
                scene.staging.url, "-XAt", "-c", "select pg_advisory_lock(72707369)", "-c",
                "select 'held'", "-c", "select pg_sleep(600)",
            ])
        _ = try await holder.waitForOutput(atMost: 60) { $0.contains("held") }
        return holder
    }
}

/// Ports that were free a moment ago.
enum LoopbackPort {
    static func free() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, size) + getsockname(descriptor, pointer, &size)
            }
        }
        guard status == 0 else { throw UnexpectedOutput(status: -1, stdout: "", stderr: "no port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
