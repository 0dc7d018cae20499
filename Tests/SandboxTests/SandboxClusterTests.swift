import PostgresLink
import Sandbox
import TestSupport
import Testing

@Suite struct SandboxClusterTests {
    @Test func anEphemeralClusterServesDatabasesAndVanishes() async throws {
        let installation = try ServerInstallation.find()
        let clock = ContinuousClock()
        let began = clock.now
        let cluster = try await onOwnThread {
            try SandboxCluster.start(.ephemeral, installation: installation)
        }
        print("cold", clock.now - began)
        try cluster.createDatabase("we\"ird name")
        #expect(try cluster.databaseExists("we\"ird name"))
        let t = clock.now
        cluster.stop()
        print("stop", clock.now - t)
    }
}
