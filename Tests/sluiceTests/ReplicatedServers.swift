import Foundation
import Glibc
import PostgresLink
import Sandbox
import TestSupport

/// A primary and its hot standby, each behind a socket of its own.
struct ReplicatedServers: Sendable {
    private let folder: String
    private let programs: String

    /// Runs `body` with both at work; they are gone afterwards.
    static func with<Result: Sendable>(
        _ body: (ReplicatedServers) async throws -> Result
    ) async throws -> Result {
        try await withTemporaryDirectory(named: "replicated") { folder in
            chmod(folder, 0o755)
            let servers = ReplicatedServers(
                folder: folder, programs: try ServerInstallation.find().bindir)
            let result = await Swift.Result.catching {
                try await servers.start()
                return try await body(servers)
            }
            for name in ["primary", "standby"] { try? await servers.stop(name) }
            return try result.get()
        }
    }

    /// The address of one of them.
    func url(_ name: String, database: String = "postgres") -> String {
        "postgresql://sluice@/\(database)?host=\(folder)/\(name)-socket"
    }

    /// The address of whichever takes writes, the standby named first.
    var urlOfEither: String {
        "postgresql://sluice@/postgres?host=\(folder)/standby-socket,\(folder)/primary-socket"
            + "&port=5432,5432&target_session_attrs=read-write"
    }

    /// Ends a server as a crash does.
    func stop(_ name: String) async throws {
        try await run("pg_ctl", "-D", "\(folder)/\(name)", "-m", "immediate", "-w", "stop")
    }

    private func start() async throws {
        for name in ["primary", "standby"] {
            for path in ["\(folder)/\(name)", "\(folder)/\(name)-socket"] {
                try FileManager.default.createDirectory(
                    atPath: path, withIntermediateDirectories: false,
                    attributes: [.posixPermissions: 0o700])
                ServerPrograms(folder: folder).own(path)
                chmod(path, path.hasSuffix("-socket") ? 0o755 : 0o700)
            }
        }
        try await run(
            "initdb", "-D", "\(folder)/primary", "-U", "sluice", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync")
        try await launch("primary")
        try await run(
            "pg_basebackup", "-h", "\(folder)/primary-socket", "-U", "sluice", "-c", "fast", "-R",
            "-D", "\(folder)/standby", "--no-sync")
        try await launch("standby")
    }

    private func launch(_ name: String) async throws {
        try await run(
            "pg_ctl", "-D", "\(folder)/\(name)", "-w", "-l", "\(folder)/\(name)/log", "-o",
            "-c listen_addresses='' -c port=5432 -c fsync=off -c wal_level=replica"
                + " -c unix_socket_directories=\(folder)/\(name)-socket", "start")
    }

    private func run(_ program: String, _ arguments: String...) async throws {
        try await ServerPrograms(folder: folder).run(["\(programs)/\(program)"] + arguments)
    }
}
