import Foundation
import Glibc
import Sandbox
import TestSupport

/// A server whose WAL pgBackRest archives, as production's is. Its superuser has
/// another name than a sandbox's.
struct ArchivedServer: Sendable {
    let folder: String
    private let programs: String

    /// Runs `body` with the server at work; nothing of it is left afterwards.
    static func with<Result: Sendable>(
        _ body: (ArchivedServer) async throws -> Result
    ) async throws -> Result {
        try await withTemporaryDirectory(named: "archived") { folder in
            chmod(folder, 0o755)
            let server = ArchivedServer(
                folder: folder, programs: try ServerInstallation.find().bindir)
            let result = await Swift.Result.catching {
                try await server.start()
                return try await body(server)
            }
            _ = try? await server.run(
                "\(server.programs)/pg_ctl", "-D", server.data, "-m", "immediate", "-w", "stop")
            return try result.get()
        }
    }

    var configuration: String { "\(folder)/pgbackrest.conf" }
    private var data: String { "\(folder)/data" }

    func url(_ database: String) -> String {
        "postgresql://boss@/\(database)?host=\(folder)/socket"
    }

    /// A full backup, waited for until its WAL is archived.
    func backUp() async throws { try await pgBackRest("backup") }

    /// Puts what has been written so far into the archive.
    func archive() async throws {
        try await sql("postgres", "SELECT pg_switch_wal()")
        try await pgBackRest("check")
    }

    @discardableResult
    func sql(_ database: String, _ statement: String) async throws -> String {
        try await run("\(programs)/psql", url(database), "-XAtqc", statement)
    }

    private func start() async throws {
        for name in ["data", "socket", "repository", "log", "lock", "spool"] {
            let path = "\(folder)/\(name)"
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: false)
            ServerPrograms(folder: folder).own(path)
            chmod(path, name == "data" ? 0o700 : 0o755)
        }
        try """
        [global]
        repo1-path=\(folder)/repository
        log-path=\(folder)/log
        lock-path=\(folder)/lock
        spool-path=\(folder)/spool
        start-fast=y
        [shop]
        pg1-path=\(data)
        pg1-socket-path=\(folder)/socket
        pg1-user=boss
        """.write(toFile: configuration, atomically: true, encoding: .utf8)
        try await run(
            "\(programs)/initdb", "-D", data, "-U", "boss", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync")
        let push = "pgbackrest --config=\(configuration) --stanza=shop archive-push %p"
        try await run(
            "\(programs)/pg_ctl", "-D", data, "-w", "-l", "\(folder)/log/postgres", "-o",
            "-c listen_addresses='' -c port=5432 -c fsync=off -c archive_mode=on"
                + " -c max_connections=400 -c unix_socket_directories=\(folder)/socket"
                + " -c archive_command='\(push)'", "start")
        try await sql("postgres", "CREATE DATABASE shop")
        try await pgBackRest("stanza-create")
    }

    private func pgBackRest(_ command: String) async throws {
        try await run("/usr/bin/pgbackrest", "--config=\(configuration)", "--stanza=shop", command)
    }

    @discardableResult
    private func run(_ words: String...) async throws -> String {
        try await ServerPrograms(folder: folder).run(words)
    }
}
