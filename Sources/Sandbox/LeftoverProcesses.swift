import Glibc

/// Server and keeper processes that outlived the keeper of their cluster.
///
/// A keeper that is killed with SIGKILL leaves its server running. The next
/// user of the cluster finds it here and stops it before starting its own;
/// taking it over would leave nobody to stop it.
struct LeftoverProcesses {
    let cluster: ClusterDirectory

    /// Stops them all: servers in order first, then at once, then by SIGKILL.
    ///
    /// - Throws: ``SandboxError`` `startFailed` naming what cannot be stopped.
    func stop() throws(SandboxError) {
        for watcher in keepers() { kill(watcher, SIGKILL) }
        for (signal, patience) in [(SIGINT, 5.0), (SIGQUIT, 2.0), (SIGKILL, 5.0)] {
            for server in servers() { kill(server, signal) }
            if poll(atMost: patience, until: { servers().isEmpty }) {
                // The number in it may by now be that of another process, which
                // would keep the server from starting.
                unlink("\(cluster.data)/postmaster.pid")
                return
            }
        }
        let remaining = servers().map(String.init).joined(separator: ", ")
        throw SandboxError(
            .startFailed,
            "A PostgreSQL server is still running in \(cluster.data) and cannot be stopped "
                + "(process \(remaining)). Stop it by hand, then try again.")
    }

    /// PostgreSQL processes of this cluster: their working directory is `data`.
    func servers() -> [pid_t] {
        processes { process in
            link("/proc/\(process)/cwd") == cluster.data
                && (link("/proc/\(process)/exe") ?? "").hasSuffix("/postgres")
        }
    }

    private func keepers() -> [pid_t] {
        processes { process in
            let words = (textFile("/proc/\(process)/cmdline") ?? "").split(separator: "\0")
            return words.contains { $0 == KeeperScript.marker }
                && words.contains { $0 == cluster.path }
        }
    }

    private func processes(where condition: (pid_t) -> Bool) -> [pid_t] {
        directoryEntries(of: "/proc").compactMap { pid_t($0) }.filter(condition)
    }

    private func link(_ path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { bytes in
            bytes.assumingMemoryBound(to: CChar.self).baseAddress.map {
                readlink(path, $0, bytes.count)
            } ?? -1
        }
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
}
