import Foundation
import Glibc
import PostgresLink
import Sandbox
import Synchronization
import TestSupport
import Testing

/// A server that dies under a deployment: stopped at once, or one of its
/// processes killed, upon which it ends all sessions and recovers.
struct FaultServerTests {
    @Test func aServerThatDiesAnywhereIsSurvived() async throws {
        try await withTemporaryDirectory(named: "fault") { folder in
            // The server runs under another account where the test is root's.
            chmod(folder, 0o755)
            let scene = try FaultScene.make(in: folder)
            let tally = FaultTally()
            let recorded = try await FaultServer.with(folder) { server in
                let first = try await server.undisturbed(scene)
                let second = try await server.undisturbed(scene)
                return first.messages.count <= second.messages.count ? first : second
            }
            let points = FaultPoints(messages: recorded.messages).some(60)
            let workers = 2
            try await forEach(Array(0..<workers), atOnce: workers) { worker in
                try await FaultServer.with(folder) { server in
                    for index in stride(from: worker, to: points.count, by: workers) {
                        let kill: FaultServer.Death = index % 4 < 2 ? .stopped : .backendKilled
                        try await server.disturb(
                            scene, points[index], kill, recorded.outcome, tally)
                    }
                }
            }
            tally.print("server died", of: recorded.messages.count)
            // A run may be shorter than the recorded one, but not by much.
            #expect(tally.reached >= points.count * 3 / 4)
        }
    }
}

/// A kept cluster with a proxy in front of it, which can die and come back.
private final class FaultServer: Sendable {
    enum Death: Sendable {
        /// SIGQUIT to the postmaster: an immediate stop, as in a crash.
        case stopped
        /// SIGKILL to the deployment's server process.
        case backendKilled
    }

    private let place: Lifetime
    private let first: SandboxCluster
    private let later = Mutex<[SandboxCluster]>([])
    private let restarts = DispatchGroup()

    static func with<Result: Sendable>(
        _ folder: String, _ body: (FaultServer) async throws -> Result
    ) async throws -> Result {
        let path = "\(folder)/cluster-\(UInt64.random(in: .min ... .max))"
        let server = try await onOwnThread { try FaultServer(.kept(at: path)) }
        let result = await Swift.Result.catching { try await body(server) }
        await withCheckedContinuation { done in
            Thread.detachNewThread {
                server.stop()
                done.resume()
            }
        }
        return try result.get()
    }

    private init(_ place: Lifetime) throws {
        self.place = place
        first = try SandboxCluster.start(place, installation: .find())
    }

    private func stop() {
        restarts.wait()
        for cluster in later.withLock({ $0 }) { cluster.stop() }
        first.stop()
    }

    func undisturbed(_ scene: FaultScene) async throws -> FaultScene.Undisturbed {
        try await withDatabase { proxy, through, direct in
            let output = try await scene.deploy(through)
            #expect(output.status == 0, "\(output.stderr)")
            return .init(messages: proxy.messages, outcome: try await scene.outcome(direct))
        }
    }

    func disturb(
        _ scene: FaultScene, _ point: CuttingProxyPoint, _ death: Death,
        _ expected: FaultScene.Outcome, _ tally: FaultTally
    ) async throws {
        try await withDatabase { proxy, through, direct in
            proxy.arm(point, .call { [self] in kill(death) })
            try await scene.repeatUntilDone(
                through, direct, "\(death) at \(point)", expected, proxy, tally)
        }
    }

    private func withDatabase<Result>(
        _ body: (CuttingProxy, _ through: String, _ direct: String) async throws -> Result
    ) async throws -> Result {
        let name = "test_\(UInt64.random(in: .min ... .max))"
        let cluster = first
        try await persistently { try await onOwnThread { try cluster.createDatabase(name) } }
        // A private cluster forgets the last moments before a crash, unlike a real one.
        try await onOwnThread {
            try PostgresSession(connecting: ConnectionTarget(url: cluster.url(database: name)))
                .execute("ALTER DATABASE \(name) SET synchronous_commit = on")
        }
        return try await withTemporaryDirectory(named: "proxy") { sockets in
            let proxy = try CuttingProxy(in: sockets, server: cluster.socketDirectory)
            defer { proxy.close() }
            let result = try await body(
                proxy, proxy.url(database: name, user: cluster.superuser),
                cluster.url(database: name))
            try await persistently { try await onOwnThread { try cluster.dropDatabase(name) } }
            return result
        }
    }

    private func kill(_ death: Death) {
        let file = "\(first.directory)/data/postmaster.pid"
        guard let text = try? String(contentsOfFile: file, encoding: .utf8),
            let postmaster = text.split(separator: "\n").first.flatMap({ pid_t($0) })
        else { return }
        switch death {
        case .stopped:
            Glibc.kill(postmaster, SIGQUIT)
            // Not here: the server does not end before the proxy's connection has.
            restarts.enter()
            Thread.detachNewThread { [self] in
                restart(after: postmaster)
                restarts.leave()
            }
        case .backendKilled:
            for process in Self.backends(of: postmaster) { Glibc.kill(process, SIGKILL) }
        }
    }

    private func restart(after postmaster: pid_t) {
        let deadline = ContinuousClock.now + .seconds(60)
        while Glibc.kill(postmaster, 0) == 0, ContinuousClock.now < deadline { usleep(2000) }
        guard let again = try? SandboxCluster.start(place, installation: .find()) else { return }
        later.withLock { $0.append(again) }
    }

    /// The server processes of client sessions, by the title they give themselves.
    private static func backends(of postmaster: pid_t) -> [pid_t] {
        let children =
            (try? String(
                contentsOfFile: "/proc/\(postmaster)/task/\(postmaster)/children", encoding: .utf8))
            ?? ""
        return children.split(separator: " ").compactMap { pid_t($0) }.filter { process in
            let title = try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8)
            return title?.contains("[local]") == true
        }
    }
}
