import Foundation
import Glibc
import PostgresLink
import TestSupport

@testable import Sandbox

/// Starts a cluster without holding up the threads that tasks share.
func startCluster(
    _ lifetime: Lifetime, installation: ServerInstallation? = nil, base: String? = nil,
    linger: Int = 0
) async throws -> SandboxCluster {
    try await onOwnThread {
        let server =
            try installation ?? ServerInstallation.find(override: variable("SLUICE_PG_BINDIR"))
        return try SandboxCluster.start(lifetime, installation: server, base: base, linger: linger)
    }
}

func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
}

/// A directory for clusters that the server's account can pass through.
func withClusterBase<Result>(
    named name: String = "sandbox", _ body: (String) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory(named: name, in: defaultTemporaryBase()) { path in
        chmod(path, 0o755)
        return try await body(try realPath(path))
    }
}

/// Waits until something holds; a minute at most, for machines under load.
func eventually(_ condition: @escaping @Sendable () -> Bool) async throws -> Bool {
    try await onOwnThread { poll(atMost: 60, until: condition) }
}

/// All processes that name this directory in their command line: the server
/// and the keeper with its watcher.
func processes(of directory: String) -> [pid_t] {
    directoryEntries(of: "/proc").compactMap { pid_t($0) }.filter {
        $0 != getpid() && (textFile("/proc/\($0)/cmdline") ?? "").contains(directory)
    }
}

/// The process id of the running server, from its own file.
func serverProcess(of directory: String) -> pid_t? {
    textFile("\(directory)/data/postmaster.pid")?.split(separator: "\n").first.flatMap { pid_t($0) }
}

/// Whether this process has the file open.
func isOpenHere(_ path: String) -> Bool {
    directoryEntries(of: "/proc/self/fd").contains { number in
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)"))
            == path
    }
}

/// The account a process runs under.
func account(of process: pid_t) -> uid_t? {
    let line = (textFile("/proc/\(process)/status") ?? "").split(separator: "\n")
        .first { $0.hasPrefix("Uid:") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { uid_t($0) }
}

func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// Runs one statement in a database of the cluster.
@discardableResult
func ask(_ cluster: SandboxCluster, _ sql: String, database: String = "postgres") throws -> String?
{
    let target = try ConnectionTarget(url: cluster.url(database: database))
    return try PostgresSession(connecting: target).execute(sql).last?.scalar
}

/// The failure of starting a cluster, which has to fail.
func startFailure(
    _ lifetime: Lifetime, installation: ServerInstallation? = nil, base: String? = nil
) async -> SandboxError? {
    do {
        _ = try await startCluster(lifetime, installation: installation, base: base)
        return nil
    } catch {
        return error as? SandboxError
    }
}
