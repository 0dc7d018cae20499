/// A message the server sent beside a result: a notice, a warning, a log line.
public struct Notice: Sendable, Hashable {
    /// `NOTICE`, `WARNING`, `INFO`, `LOG` or `DEBUG`.
    public var severity: String
    public var message: String
}

/// Collects the notices of one session. Used by the thread that runs the
/// session only: libpq calls the receiver from inside its own calls.
final class NoticeBox {
    private var notices: [Notice] = []
    /// More than these are dropped: a script may raise one per row.
    private static let limit = 200

    func take() -> [Notice] {
        defer { notices = [] }
        return notices
    }

    static func receive(_ context: UnsafeMutableRawPointer?, _ result: OpaquePointer?) {
        guard let context, let result else { return }
        let box = Unmanaged<NoticeBox>.fromOpaque(context).takeUnretainedValue()
        guard box.notices.count < limit else { return }
        box.notices.append(LibpqResult.notice(borrowing: result))
    }
}
