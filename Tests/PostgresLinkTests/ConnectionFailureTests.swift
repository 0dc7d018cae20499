import Foundation
import PostgresLink
import Sandbox
import TestSupport
import Testing

@Suite("A connection that ends or is not made")
struct ConnectionFailureTests {
    @Test("a statement is cancelled from another thread")
    func cancelling() async throws {
        try await withTemporaryDatabase { url in
            let canceller = try await onOwnThread { try Waiting(url) }
            async let error = onOwnThread { try canceller.wait() }
            try await onOwnThread { try canceller.cancelOnceRunning() }
            let seen = try #require(try await error)
            #expect(seen.state == .queryCanceled)
            #expect(!seen.connectionLost)
        }
    }

    @Test("a session that is terminated while it works says that it is lost")
    func terminatedAtWork() async throws {
        try await withTemporaryDatabase { url in
            let waiting = try await onOwnThread { try Waiting(url) }
            async let error = onOwnThread { try waiting.wait() }
            try await onOwnThread { try waiting.terminateOnceRunning() }
            let seen = try #require(try await error)
            #expect(seen.connectionLost)
            #expect(seen.state == SQLState(rawValue: "57P01"))
        }
    }

    @Test("a session that is terminated while it rests says so when it is used")
    func terminatedAtRest() async throws {
        try await withTemporaryDatabase { url in
            try await onOwnThread {
                let session = try connect(url)
                let other = try connect(url)
                try other.execute("SELECT pg_terminate_backend(\(session.backendProcess), 10000)")
                let error = try #require(try failure(of: "SELECT 1", in: session))
                #expect(error.connectionLost)
                #expect(!session.isUsable)
                let again = try #require(try failure(of: "SELECT 1", in: session))
                #expect(again.connectionLost)
            }
        }
    }

    @Test("a session that terminates itself counts what it did before")
    func suicide() async throws {
        try await withTemporaryDatabase { url in
            try await onOwnThread {
                let session = try connect(url)
                let error = try #require(
                    try failure(
                        of: "SELECT 1; SELECT pg_terminate_backend(pg_backend_pid())", in: session))
                #expect(error.connectionLost)
                #expect(error.completedStatements == 1)
            }
        }
    }

    @Test("nobody listens", arguments: ["127.0.0.1:1", "localhost:1"])
    func nobodyListens(_ server: String) async throws {
        let failure = try await onOwnThread {
            try refusal(of: "postgresql://app:hunter2@\(server)/s")
        }
        #expect(failure?.reason == .unreachable)
        #expect(failure?.description.contains("hunter2") == false)
        #expect(failure?.target == "app@\(server)/s")
    }

    @Test("there is no such socket folder or host name")
    func noSuchPlace() async throws {
        let socket = try await onOwnThread { try refusal(of: "postgresql:///s?host=/nowhere") }
        #expect(socket?.reason == .unreachable)
        let host = try await onOwnThread { try refusal(of: "postgresql://nowhere.invalid/s") }
        #expect(host?.reason == .unreachable)
    }

    @Test("there is no such database")
    func missingDatabase() async throws {
        let url = try await TestCluster.shared.url(database: "nothing \"here\"")
        let failure = try await onOwnThread { try refusal(of: url) }
        #expect(failure?.reason == .missingDatabase)
    }

    @Test("there is no such role, or it may not log in")
    func missingRole() async throws {
        let cluster = try await TestCluster.shared
        let place = "host=\(cluster.socketDirectory)&port=\(cluster.port)"
        let missing = try await onOwnThread {
            try refusal(of: "postgresql://nobody@/postgres?\(place)")
        }
        #expect(missing?.reason == .authentication)
        let refused = try await onOwnThread {
            try refusal(of: "postgresql://pg_monitor@/postgres?\(place)")
        }
        #expect(refused?.reason == .refused)
    }

    @Test("a parameter libpq does not take is no reason to try again")
    func badParameter() async throws {
        let url = try await TestCluster.shared.url(database: "postgres")
        let failure = try await onOwnThread { try refusal(of: url + "&channel_binding=maybe") }
        #expect(failure?.reason == .refused)
    }

    @Test("the server wants another password")
    func wrongPassword() async throws {
        try await onOwnThread {
            let installation = try ServerInstallation.find(
                override: ProcessInfo.processInfo.environment["SLUICE_PG_BINDIR"])
            let cluster = try SandboxCluster.start(.ephemeral, installation: installation)
            defer { cluster.stop() }
            let session = try connect(cluster.url(database: "postgres"))
            try session.execute(
                """
                CREATE ROLE app LOGIN PASSWORD 'right';
                DO $$ BEGIN EXECUTE format(
                  'COPY (VALUES (%L), (%L)) TO %L', 'local all app scram-sha-256',
                  'local all all trust', current_setting('hba_file')); END $$;
                SELECT pg_reload_conf()
                """)
            func url(_ credentials: String) -> String {
                cluster.url(database: "postgres")
                    .replacingOccurrences(of: "//\(cluster.superuser)@", with: "//\(credentials)@")
            }
            #expect(try eventually { try refusal(of: url("app")) != nil })
            for credentials in ["app", "app:wrong-hunter2"] {
                let failure = try #require(try refusal(of: url(credentials)))
                #expect(failure.reason == .authentication)
                #expect(!"\(failure)".contains("hunter2"))
            }
            #expect(try refusal(of: url("app:right")) == nil)
        }
    }
}

/// A session in which a long statement runs on one thread while another one
/// interferes.
///
/// `@unchecked Sendable`: only ``wait()`` touches the session, on one thread;
/// the canceller and the process number are values made before.
private final class Waiting: @unchecked Sendable {
    private let url: String
    private let session: PostgresSession
    private let canceller: PostgresCanceller?
    private let process: Int

    init(_ url: String) throws {
        self.url = url
        session = try connect(url)
        canceller = session.canceller
        process = session.backendProcess
    }

    func wait() throws -> PostgresError? {
        try failure(of: "SELECT pg_sleep(120)", in: session)
    }

    func cancelOnceRunning() throws {
        try awaitRunning(try connect(url))
        #expect(canceller?.cancel() == true)
    }

    func terminateOnceRunning() throws {
        let other = try connect(url)
        try awaitRunning(other)
        try other.execute("SELECT pg_terminate_backend(\(process))")
    }

    private func awaitRunning(_ other: PostgresSession) throws {
        let isRunning = try eventually {
            try other.query(
                "SELECT wait_event FROM pg_stat_activity WHERE pid = \(self.process)"
            ).scalar == "PgSleep"
        }
        #expect(isRunning)
    }
}
