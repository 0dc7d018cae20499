import Foundation
import Glibc
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
                try await server.undisturbed(scene)
            }
            let points = FaultPoints(messages: recorded.messages).some(24)
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
            #expect(tally.reached >= points.count * 9 / 10)
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
    private let folder: String

    static func with<Result: Sendable>(
        _ folder: String, _ body: (FaultServer) async throws -> Result
    ) async throws -> Result {
        let path = "\(folder)/cluster-\(UInt64.random(in: .min ... .max))"
        let server = try await onOwnThread { try FaultServer(.kept(at: path), folder) }
        defer { server.stop() }
        return try await body(server)
    }

    private init(_ place: Lifetime, _ folder: String) throws {
        self.place = place
        self.folder = folder
        first = try SandboxCluster.start(place, installation: .find())
    }

    private func stop() {
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
        try await onOwnThread { try cluster.createDatabase(name) }
        return try await withTemporaryDirectory(named: "proxy") { sockets in
            let proxy = try CuttingProxy(in: sockets, server: cluster.socketDirectory)
            defer { proxy.close() }
            let result = try await body(
                proxy, proxy.url(database: name, user: cluster.superuser),
                cluster.url(database: name))
            try await onOwnThread { try cluster.dropDatabase(name) }
            return result
        }
    }

    /// Runs on the proxy's thread, which may block: the deployment is already
    /// trying to come back.
    private func kill(_ death: Death) {
        let file = "\(first.directory)/data/postmaster.pid"
        guard let text = try? String(contentsOfFile: file, encoding: .utf8),
            let postmaster = text.split(separator: "\n").first.flatMap({ pid_t($0) })
        else { return }
        switch death {
        case .stopped:
            Glibc.kill(postmaster, SIGQUIT)
            guard let again = try? SandboxCluster.start(place, installation: .find()) else {
                return
            }
            later.withLock { $0.append(again) }
        case .backendKilled:
            for process in Self.backends(of: postmaster) { Glibc.kill(process, SIGKILL) }
        }
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
