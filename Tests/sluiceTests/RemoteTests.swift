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

    @Test func aRepositoryIsFollowedOverHTTPSWithWhatTheCredentialHelperKnows() async throws {
        try await WatchScene.with { scene in
            let folder = scene.scene.git.directory
            let server = try await HTTPSServer.start(in: folder, root: folder)
            defer { server.process.kill() }
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            _ = try await scene.push()
            let store = "\(folder)/credentials"
            let known = "https://ada:correct%20horse@localhost:\(server.port)\n"
            try Data(known.utf8).write(to: URL(fileURLWithPath: store))
            let helper: [String: String?] = [
                "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "credential.helper",
                "GIT_CONFIG_VALUE_0": "store --file=\(store)",
            ]
            func look(_ further: [String: String?]) async throws -> ProcessRunner.Output {
                try await scene.watchOnce(
                    "--remote", server.url("server.git"), environment: further)
            }
            try await scene.until {
                let probe = try await ProcessRunner.run(
                    "curl", ["--silent", "--insecure", "https://localhost:\(server.port)/"])
                return probe.status == 0
            }
            // An authority that nobody knows.
            let unknown = try await look(helper)
            #expect(unknown.status == 64, "\(unknown.stdout)\(unknown.stderr)")
            #expect(unknown.stderr.contains("cannot be fetched"), "\(unknown.stderr)")
            // Nobody who knows the password.
            let refused = try await look(["GIT_SSL_CAINFO": server.authority])
            #expect(refused.status == 64, "\(refused.stdout)\(refused.stderr)")
            let followed = try await look(
                helper.merging(["GIT_SSL_CAINFO": server.authority]) { $1 })
            #expect(followed.status == 0, "\(followed.stdout)\(followed.stderr)")
            #expect(try await scene.applied(in: scene.scene.staging) == [Self.jobs])
            #expect(!(followed.stdout + followed.stderr).contains("correct horse"))
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
