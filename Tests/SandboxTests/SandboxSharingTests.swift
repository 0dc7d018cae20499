import Foundation
import Glibc
import TestSupport
import Testing

@testable import Sandbox

/// Several processes and one cluster; each child process of these tests is a
/// real one that uses the cluster by itself.
@Suite struct SandboxSharingTests {
    @Test func processesThatComeAtOnceGetOneServer() async throws {
        try await withClusterBase { base in
            let count = 6
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<count {
                    group.addTask {
                        await #expect(processExitsWith: .success) {
                            [base = base as String, number = number as Int, count = count as Int] in
                            let cluster = try await startCluster(.kept(at: "\(base)/kept"))
                            let server = try #require(serverProcess(of: cluster.directory))
                            #expect(try ask(cluster, "SELECT 1") == "1")
                            try "\(server)".write(
                                toFile: "\(base)/saw-\(number)", atomically: true, encoding: .utf8)
                            // All are users at once before the first one leaves.
                            let met = try await eventually { sightings(in: base).count == count }
                            #expect(met)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(Set(sightings(in: base)).count == 1)
            #expect(try await eventually { processes(of: "\(base)/kept").isEmpty })
        }
    }

    @Test func aKilledOwnerLeavesNothing() async throws {
        try await withClusterBase { base in
            await #expect(processExitsWith: .signal(SIGKILL)) { [base = base as String] in
                let cluster = try await startCluster(.ephemeral, base: base)
                #expect(try ask(cluster, "SELECT 1") == "1")
                // A program the owner started lives on, and does not count as a user.
                let child = try ProcessRunner.start("sleep", ["60"])
                try "\(child.pid)".write(
                    toFile: "\(base)/child", atomically: true, encoding: .utf8)
                kill(getpid(), SIGKILL)
            }
            let child = try #require(textFile("\(base)/child").flatMap { pid_t($0) })
            #expect(try await eventually { directoryEntries(of: base) == ["child"] })
            #expect(try await eventually { processes(of: base).isEmpty })
            #expect(kill(child, SIGTERM) == 0)
        }
    }

    @Test func anOwnerKilledWhileStartingLeavesNothing() async throws {
        try await withClusterBase { base async throws in
            await #expect(processExitsWith: .signal(SIGKILL)) { [base = base as String] in
                Thread.detachNewThread {
                    _ = poll(atMost: 20) { !processes(of: base).isEmpty }
                    kill(getpid(), SIGKILL)
                }
                _ = try await startCluster(.ephemeral, base: base)
            }
            #expect(try await eventually { directoryEntries(of: base).isEmpty })
            #expect(try await eventually { processes(of: base).isEmpty })
        }
    }

    @Test func theServerStaysForTheSecondUserWhenTheFirstIsKilled() async throws {
        try await withClusterBase { base in
            async let first: Void = firstUserToBeKilled(base)
            try #require(try await eventually { exists("\(base)/up") })
            let second = try await startCluster(.kept(at: "\(base)/kept"))
            let server = serverProcess(of: second.directory)
            try "".write(toFile: "\(base)/joined", atomically: true, encoding: .utf8)
            try await first
            #expect(try ask(second, "SELECT count(*) FROM made_by_first") == "0")
            #expect(serverProcess(of: second.directory) == server)
            second.stop()
            #expect(try await eventually { processes(of: base).isEmpty })
        }
    }

    private func firstUserToBeKilled(_ base: String) async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [base = base as String] in
            let cluster = try await startCluster(.kept(at: "\(base)/kept"))
            try ask(cluster, "CREATE TABLE made_by_first ()")
            try "".write(toFile: "\(base)/up", atomically: true, encoding: .utf8)
            _ = try await eventually { exists("\(base)/joined") }
            kill(getpid(), SIGKILL)
        }
    }

    @Test func theServerIsOutOfReachOfTheTerminal() async throws {
        let cluster = try await TestCluster.shared
        let server = try #require(serverProcess(of: cluster.directory))
        #expect(getsid(server) != getsid(0))
        #expect(link("/proc/\(server)/fd/0") == "/dev/null")
    }
}

/// The servers that the processes of a test have seen.
func sightings(in base: String) -> [String] {
    directoryEntries(of: base).filter { $0.hasPrefix("saw-") }
        .compactMap { textFile("\(base)/\($0)") }
}

private func link(_ path: String) -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: path)
}
