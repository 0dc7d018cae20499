import Foundation
import Glibc
import TestSupport
import Testing

@testable import Sandbox

@Suite struct SandboxAccountTests {
    @Test(.enabled(if: geteuid() == 0, "needs root"))
    func rootsServerRunsUnderAnotherAccount() async throws {
        let cluster = try await TestCluster.shared
        let server = try #require(serverProcess(of: cluster.directory))
        let user = try #require(account(of: server))
        #expect(user != 0)
        #expect(user == (try ServerAccount.forRoot()).user)
        // What root reads and removes cannot be changed by the server.
        var status = stat()
        #expect(lstat(cluster.directory, &status) == 0)
        #expect(status.st_uid == 0 && status.st_mode & 0o777 == 0o711)
        #expect(lstat(cluster.socketDirectory, &status) == 0)
        #expect(status.st_uid == user && status.st_mode & 0o777 == 0o700)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root"))
    func aDirectoryTheServerCannotReachIsNamed() async throws {
        try await withTemporaryDirectory(in: defaultTemporaryBase()) { closed in
            let failure = await startFailure(.kept(at: "\(closed)/kept"))
            #expect(failure?.reason == .startFailed)
            #expect(failure?.message.contains("Choose a directory that every account") == true)
            #expect(failure?.log.contains("cannot reach \(closed)/kept") == true)
            #expect(directoryEntries(of: closed).isEmpty)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "needs root to become somebody else"))
    func anOrdinaryUserRunsTheServerAsItself() async throws {
        try await withClusterBase { base in
            let user: UInt32 = 65534
            mkdir("\(base)/home", 0o700)
            chown("\(base)/home", user, user)
            await #expect(processExitsWith: .success) {
                [base = base as String, user = user as UInt32] in
                setgroups(0, nil)
                #expect(setgid(user) == 0 && setuid(user) == 0)
                let cluster = try await startCluster(.kept(at: "\(base)/home/state/kept"))
                let server = try #require(serverProcess(of: cluster.directory))
                #expect(account(of: server) == user)
                #expect(try ask(cluster, "SELECT 1") == "1")

                let short = try await startCluster(.ephemeral, base: "\(base)/home")
                #expect(try ask(short, "SELECT 1") == "1")
                try await onOwnThread { short.stop() }
                #expect(directoryEntries(of: "\(base)/home") == ["state"])
                let closed = await startFailure(.ephemeral, base: "/root")
                #expect(closed?.reason == .directoryUnusable)
            }
            #expect(try await eventually { processes(of: base).isEmpty })
            // Root uses what belongs to the user without making it its own.
            let cluster = try await startCluster(.kept(at: "\(base)/home/state/kept"))
            let server = try #require(serverProcess(of: cluster.directory))
            #expect(account(of: server) == user)
            #expect(try ask(cluster, "SELECT 1") == "1")
            cluster.stop()
            #expect(try await eventually { processes(of: base).isEmpty })
            #expect(filesOf(root: "\(base)/home").isEmpty)
        }
    }

    /// Files below a directory that belong to root.
    private func filesOf(root directory: String) -> [String] {
        (FileManager.default.subpaths(atPath: directory) ?? []).filter { name in
            var status = stat()
            return lstat("\(directory)/\(name)", &status) == 0 && status.st_uid == 0
        }
    }
}
