import Foundation
import PostgresLink
import TestSupport
import Testing

@testable import Sandbox

@Suite struct SandboxClusterTests {
    @Test func anEphemeralClusterServesAndLeavesNothing() async throws {
        let cluster = try await startCluster(.ephemeral)
        let directory = cluster.directory
        #expect(try ask(cluster, "SHOW listen_addresses") == "")
        #expect(try ask(cluster, "SELECT current_user") == cluster.superuser)
        #expect(try ask(cluster, "SHOW server_encoding") == "UTF8")
        #expect(!processes(of: directory).isEmpty)

        try await onOwnThread { cluster.stop() }
        #expect(!exists(directory))
        // The keeper and the last server processes may still be on their way out.
        #expect(try await eventually { processes(of: directory).isEmpty })
        let failure = #expect(throws: SandboxError.self) { try cluster.createDatabase("late") }
        #expect(failure?.reason == .stopped)
    }

    @Test func databasesAreCreatedCopiedAndDropped() async throws {
        let cluster = try await TestCluster.shared
        let name = "Ärger \"&?=/\(UInt32.random(in: 0 ... .max))"
        try cluster.createDatabase(name)
        #expect(try cluster.databaseExists(name))
        try ask(cluster, "CREATE TABLE kept (id int)", database: name)

        try cluster.createDatabase("\(name) copy", template: name)
        #expect(try ask(cluster, "SELECT count(*) FROM kept", database: "\(name) copy") == "0")
        let twice = #expect(throws: PostgresError.self) { try cluster.createDatabase(name) }
        #expect(twice?.state?.rawValue == "42P04")

        // A session in it does not keep a database from being dropped.
        let open = try PostgresSession(
            connecting: ConnectionTarget(url: cluster.url(database: name)))
        try cluster.dropDatabase(name)
        try cluster.dropDatabase("\(name) copy")
        #expect(try !cluster.databaseExists(name))
        #expect(throws: PostgresError.self) { try open.execute("SELECT 1") }
    }

    @Test func temporaryDatabasesAreApartAndGoAway() async throws {
        let cluster = try await TestCluster.shared
        let names = try await withTemporaryDatabase { one in
            try await withTemporaryDatabase { other in
                #expect(one != other)
                let target = try ConnectionTarget(url: one)
                try PostgresSession(connecting: target).execute("CREATE TABLE here ()")
                return try [one, other].map { try ConnectionTarget(url: $0).databaseName }
            }
        }
        for name in names { #expect(try !cluster.databaseExists(name)) }
    }

    @Test func theAddressWorksForPsqlWhateverItsEnvironment() async throws {
        let cluster = try await TestCluster.shared
        let result = try await ProcessRunner.run(
            "psql", ["-XAtc", "SELECT 'reached'", cluster.url(database: "postgres")],
            environment: ["PGPORT": "1", "PGHOST": "/nowhere", "PGUSER": "nobody"])
        #expect(result.line == "reached", "\(result.stderr)")
    }

    @Test func aKeptClusterKeepsItsDataAndItsAddress() async throws {
        try await withClusterBase { base in
            let place = Lifetime.kept(at: "\(base)/deep/kept")
            let first = try await startCluster(place)
            try first.createDatabase("shop")
            try ask(first, "CREATE TABLE jobs AS SELECT 7 AS id", database: "shop")
            let address = first.url(database: "shop")
            // Started again while the first server is still on its way down.
            first.stop()
            let second = try await startCluster(place)
            #expect(second.url(database: "shop") == address)
            #expect(try ask(second, "SELECT id FROM jobs", database: "shop") == "7")
            second.stop()
            #expect(try await eventually { processes(of: base).isEmpty })
            #expect(exists("\(base)/deep/kept/data/PG_VERSION"))
        }
    }

    @Test func aLingeringServerServesTheNextUser() async throws {
        try await withClusterBase { base in
            let place = Lifetime.kept(at: "\(base)/kept")
            let first = try await startCluster(place, linger: 300)
            let server = serverProcess(of: first.directory)
            first.stop()
            let second = try await startCluster(place)
            #expect(serverProcess(of: second.directory) == server)
            second.stop()
            #expect(try ask(first, "SELECT 1") == "1")
            // Told to end, a keeper ends with its server at once.
            for process in processes(of: base) where getsid(process) == process {
                kill(process, SIGTERM)
            }
            #expect(try await eventually { processes(of: base).isEmpty })
        }
    }

    /// A keeper that lingers has `users` for a moment after the last user, as one
    /// that stops does for good.
    @Test func aUserWhoComesInThatMomentDoesNotWaitForTheEnd() async throws {
        try await withClusterBase { base in
            let place = Lifetime.kept(at: "\(base)/kept")
            let first = try await startCluster(place, linger: 300)
            let server = serverProcess(of: first.directory)
            first.stop()
            let directory = first.directory
            let taken = try FileLock(opening: "\(directory)/users")
            #expect(try await eventually { taken.tryTake(.exclusive) })
            async let second = startCluster(place)
            #expect(try await eventually { isOpenHere("\(directory)/keeper") })
            flock(taken.descriptor, LOCK_UN)
            #expect(serverProcess(of: try await second.directory) == server)
            try await second.stop()
            for process in processes(of: base) where getsid(process) == process {
                kill(process, SIGTERM)
            }
            #expect(try await eventually { processes(of: base).isEmpty })
        }
    }

    @Test(arguments: ["with space, comma & 'quote'", String(repeating: "long", count: 40)])
    func anyPathWillDo(name: String) async throws {
        try await withClusterBase { base in
            let path = "\(base)/\(name)"
            let kept = try await startCluster(.kept(at: path))
            #expect(try ask(kept, "SELECT 1") == "1")
            let sockets = kept.socketDirectory
            #expect(sockets.utf8.count < 80)
            kept.stop()
            #expect(try await eventually { processes(of: base).isEmpty && !exists(sockets) })

            let again = try await startCluster(.kept(at: path))
            #expect(again.socketDirectory == sockets)
            #expect(try ask(again, "SELECT 1") == "1")
            again.stop()
            #expect(try await eventually { processes(of: base).isEmpty && !exists(sockets) })
        }
    }

    @Test(arguments: ["with space", String(repeating: "long", count: 40)])
    func anyTemporaryFolderWillDo(name: String) async throws {
        try await withClusterBase { base in
            let folder = "\(base)/\(name)"
            mkdir(folder, 0o755)
            let cluster = try await startCluster(.ephemeral, base: folder)
            #expect(try ask(cluster, "SELECT 1") == "1")
            let sockets = cluster.socketDirectory
            try await onOwnThread { cluster.stop() }
            #expect(directoryEntries(of: folder).isEmpty)
            #expect(!exists(sockets))
        }
    }
}
