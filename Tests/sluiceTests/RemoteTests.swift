import Foundation
import TestSupport
import Testing

/// Watching a repository on another machine.
struct RemoteTests {
    private static let jobs = "20240101000000_jobs"

    @Test func aRepositoryIsFollowedOverSSH() async throws {
        try await WatchScene.with { scene in
            let server = try await SSHServer.start(in: scene.scene.git.directory)
            defer { server.process.kill() }
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            _ = try await scene.push()
            func look(home: String) async throws -> ProcessRunner.Output {
                try await scene.watchOnce(
                    "--remote", server.url(scene.server),
                    environment: ["HOME": home, "SSH_AUTH_SOCK": nil])
            }
            let followed = try await look(home: server.home)
            #expect(followed.status == 0, "\(followed.stdout)\(followed.stderr)")
            #expect(try await scene.applied(in: scene.scene.staging) == [Self.jobs])

            // Another host key under the same address.
            let hosts = "\(server.home)/.ssh/known_hosts"
            try FileManager.default.removeItem(atPath: hosts)
            let unknown = try await look(home: server.home)
            #expect(unknown.status == 64, "\(unknown.stdout)")
            #expect(unknown.stderr.contains("known_hosts"), "\(unknown.stderr)")
        }
    }

    @Test func theAgentsKeysAreTried() async throws {
        try await WatchScene.with { scene in
            let folder = scene.scene.git.directory
            let server = try await SSHServer.start(in: folder)
            defer { server.process.kill() }
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            _ = try await scene.push()
            let socket = "\(folder)/agent"
            let agent = try ProcessRunner.start("ssh-agent", ["-D", "-a", socket])
            defer { agent.kill() }
            try await scene.until { FileManager.default.fileExists(atPath: socket) }
            let key = "\(server.home)/.ssh/id_ed25519"
            let added = try await ProcessRunner.run(
                "ssh-add", [key], environment: ["SSH_AUTH_SOCK": socket])
            #expect(added.status == 0, "\(added.stderr)")
            // Only the agent has it now.
            try FileManager.default.removeItem(atPath: key)
            let followed = try await scene.watchOnce(
                "--remote", server.url(scene.server),
                environment: ["HOME": server.home, "SSH_AUTH_SOCK": socket])
            #expect(followed.status == 0, "\(followed.stdout)\(followed.stderr)")
            #expect(try await scene.applied(in: scene.scene.staging) == [Self.jobs])
        }
    }

    @Test func aKeyThatIsNotAcceptedIsSaid() async throws {
        try await WatchScene.with { scene in
            let server = try await SSHServer.start(in: scene.scene.git.directory)
            defer { server.process.kill() }
            let key = "\(server.home)/.ssh/id_ed25519"
            try FileManager.default.removeItem(atPath: key)
            _ = try await ProcessRunner.run(
                "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", "\(server.home)/other"])
            try FileManager.default.moveItem(atPath: "\(server.home)/other", toPath: key)
            let refused = try await scene.watchOnce(
                "--remote", server.url(scene.server),
                environment: ["HOME": server.home, "SSH_AUTH_SOCK": nil])
            #expect(refused.status == 64, "\(refused.stdout)")
            #expect(refused.stderr.contains("cannot be fetched"), "\(refused.stderr)")
        }
    }

    @Test func aSecretInTheAddressIsNotShown() async throws {
        try await WatchScene.with { scene in
            let refused = try await scene.watchOnce(
                "--remote", "http://ada:hunter2@127.0.0.1:1/shop.git")
            #expect(refused.status == 64)
            #expect(refused.stderr.contains("http://127.0.0.1:1/shop.git cannot be fetched"))
            #expect(!(refused.stdout + refused.stderr).contains("hunter2"))
            let state = "\(scene.scene.git.directory)/sandboxes"
            let found = try await ProcessRunner.run("grep", ["-r", "hunter2", state])
            #expect(found.status == 1, "\(found.stdout)")
        }
    }
}
