import Foundation
import Glibc
import TestSupport
import Testing

@testable import Sandbox

/// What a later start makes of what an earlier one could not clear up.
@Suite struct SandboxRecoveryTests {
    @Test func aServerWithoutItsKeeperIsReplaced() async throws {
        try await withClusterBase { base in
            let place = Lifetime.kept(at: "\(base)/kept")
            let first = try await startCluster(place)
            try ask(first, "CREATE TABLE survives ()")
            let orphan = try #require(serverProcess(of: first.directory))
            killKeepers(of: base)
            #expect(kill(orphan, 0) == 0)

            let second = try await startCluster(place)
            #expect(try ask(second, "SELECT count(*) FROM survives") == "0")
            #expect(serverProcess(of: second.directory) != orphan)
            #expect(try await eventually { kill(orphan, 0) != 0 })
            second.stop()
            first.stop()
            #expect(try await eventually { processes(of: base).isEmpty })
        }
    }

    @Test func theWatcherStopsTheServerOfAKilledKeeper() async throws {
        try await withClusterBase { base in
            let cluster = try await startCluster(.ephemeral, base: base)
            let keeper = try #require(processes(of: base).first { getsid($0) == $0 })
            kill(keeper, SIGKILL)
            try await onOwnThread { cluster.stop() }
            #expect(try await eventually { directoryEntries(of: base).isEmpty })
            #expect(try await eventually { processes(of: base).isEmpty })
        }
    }

    @Test func aCrashedServerIsStartedAgainForTheNextUser() async throws {
        try await withClusterBase { base in
            let place = Lifetime.kept(at: "\(base)/kept")
            let first = try await startCluster(place)
            let server = try #require(serverProcess(of: first.directory))
            kill(server, SIGKILL)
            #expect(try await eventually { kill(server, 0) != 0 })
            let second = try await startCluster(place)
            #expect(try ask(second, "SELECT 1") == "1")
            second.stop()
            first.stop()
            #expect(try await eventually { processes(of: base).isEmpty })
        }
    }

    @Test func theNextStartRemovesWhatAMassacreLeft() async throws {
        try await withClusterBase { base in
            let dead = try await startCluster(.ephemeral, base: base)
            killKeepers(of: base)
            // Its owner still uses it: nobody may touch it.
            let second = try await startCluster(.ephemeral, base: base)
            #expect(try ask(dead, "SELECT 1") == "1")
            dead.release()
            let third = try await startCluster(.ephemeral, base: base)
            #expect(!exists(dead.directory))
            #expect(processes(of: dead.directory).isEmpty)
            try await onOwnThread {
                second.stop()
                third.stop()
            }
            #expect(directoryEntries(of: base).isEmpty)
        }
    }

    @Test func aStaleProcessFileIsNoObstacle() async throws {
        try await withClusterBase { base in
            let place = Lifetime.kept(at: "\(base)/kept")
            let first = try await startCluster(place)
            let directory = first.directory
            let owner = try #require(serverProcess(of: directory).flatMap { account(of: $0) })
            first.stop()
            try #require(try await eventually { processes(of: base).isEmpty })

            // A process of the same account that has nothing to do with it:
            // PostgreSQL alone would take it for a running server.
            let sleeper = try await sleeper(under: owner)
            try "\(sleeper.pid)\n\(directory)/data\n1\n5432\n\n\n1 1\nready\n".write(
                toFile: "\(directory)/data/postmaster.pid", atomically: false, encoding: .utf8)
            let second = try await startCluster(place)
            #expect(try ask(second, "SELECT 1") == "1")
            #expect(kill(sleeper.pid, 0) == 0)
            second.stop()
            sleeper.kill()
            _ = try await sleeper.wait()
            #expect(try await eventually { processes(of: base).isEmpty })
        }
    }

    private func sleeper(under account: uid_t) async throws -> RunningProcess {
        if geteuid() != 0 { return try ProcessRunner.start("sleep", ["60"]) }
        return try ProcessRunner.start(
            "setpriv",
            ["--reuid=\(account)", "--regid=\(account)", "--clear-groups", "sleep", "60"])
    }

    /// Kills the keeper and its watcher at once, as `kill -9 -1` would.
    private func killKeepers(of base: String) {
        let keepers = processes(of: base).filter {
            (textFile("/proc/\($0)/cmdline") ?? "").contains(KeeperScript.marker)
        }
        for keeper in keepers { kill(keeper, SIGKILL) }
        _ = poll(atMost: 5) { keepers.allSatisfy { account(of: $0) == nil || isZombie($0) } }
    }

    private func isZombie(_ process: pid_t) -> Bool {
        (textFile("/proc/\(process)/status") ?? "").contains("State:\tZ")
    }
}
