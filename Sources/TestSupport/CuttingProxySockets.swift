import Foundation
import Glibc

/// Sockets in the file system, as PostgreSQL uses them.
enum UnixSocket {
    static let name = "/.s.PGSQL.5432"

    /// Closed in the programs that tests start, which would keep it open otherwise.
    private static func make() -> Int32 {
        socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    }

    static func accept(on listener: Int32) -> Int32 {
        let descriptor = Glibc.accept(listener, nil, nil)
        if descriptor >= 0 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        return descriptor
    }

    static func listen(at path: String) throws -> Int32 {
        let descriptor = make()
        let status = withAddress(path) { bind(descriptor, $0, $1) }
        guard status == 0, Glibc.listen(descriptor, 128) == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw ProcessRunner.Failure(description: "No socket can be made at \(path): \(reason).")
        }
        return descriptor
    }

    /// `nil` when nobody listens there.
    static func connect(to path: String) -> Int32? {
        let descriptor = make()
        guard withAddress(path, { Glibc.connect(descriptor, $0, $1) }) == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// The process that made the connection.
    static func peer(of descriptor: Int32) -> pid_t? {
        // `struct ucred`: process, user, group. Glibc shows it to GNU programs only.
        var credentials: [Int32] = [0, 0, 0]
        var length = socklen_t(MemoryLayout<Int32>.size * credentials.count)
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else {
            return nil
        }
        return credentials[0]
    }

    private static func withAddress(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8) + [0]
        guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path) else { return -1 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

/// Threads that block as long as they like.
enum ThreadStart {
    static func detached(_ body: @escaping @Sendable () -> Void) {
        Thread.detachNewThread(body)
    }
}
