import CPostgres

/// Cancels what a session is running, from any thread.
///
/// `@unchecked Sendable`: the only field is a `PGcancel`, which libpq makes a
/// copy of the connection's address and key, never changes afterwards, and
/// documents as safe to use from another thread (PostgreSQL 15 manual, 34.7).
public final class PostgresCanceller: @unchecked Sendable {
    private let handle: OpaquePointer

    init?(of connection: OpaquePointer) {
        guard let handle = PQgetCancel(connection) else { return nil }
        self.handle = handle
    }

    deinit {
        PQfreeCancel(handle)
    }

    /// Asks the server to cancel the running statement, which then fails with
    /// SQLSTATE 57014. Blocks while it connects.
    ///
    /// - Returns: whether the request could be handed over.
    @discardableResult
    public func cancel() -> Bool {
        var buffer = [CChar](repeating: 0, count: 256)
        return PQcancel(handle, &buffer, Int32(buffer.count)) == 1
    }
}
