import CPostgres

/// One connection to a PostgreSQL server.
///
/// Not Sendable: libpq allows one thread at a time on a connection (PostgreSQL
/// 15 manual, 34.20). ``PostgresConnection`` shares one between tasks. Every
/// call blocks the calling thread until the server answers.
public final class PostgresSession {
    private let handle: OpaquePointer
    private let notices = NoticeBox()
    private let support: AnyObject?
    /// Where this session is connected.
    public let target: ConnectionTarget

    /// Connects and waits until the server is ready for queries.
    ///
    /// - Parameters:
    ///   - target: server, database and role.
    ///   - applicationName: what `pg_stat_activity` shows.
    ///   - support: kept alive as long as the session, because the server runs
    ///     only while somebody holds it.
    /// - Throws: ``ConnectionFailure``.
    public init(
        connecting target: ConnectionTarget, applicationName: String = "sluice",
        keeping support: AnyObject? = nil
    ) throws {
        self.target = target
        self.support = support
        // Behind the target's own parameters, since the last one counts: every
        // text of this program is UTF-8, whatever the database is encoded in.
        let pairs =
            target.parameters.map { ($0.keyword, $0.value) }
            + [("fallback_application_name", applicationName), ("client_encoding", "UTF8")]
        guard let handle = Self.connect(pairs) else {
            throw ConnectionFailure(
                reason: .unreachable, target: target.redacted, message: "libpq is out of memory.")
        }
        self.handle = handle
        guard PQstatus(handle) == CONNECTION_OK else {
            let message = Self.singleLine(String(cString: PQerrorMessage(handle)))
            throw ConnectionFailure(
                reason: ConnectionFailure.classify(message), target: target.redacted,
                message: message)
        }
        PQsetNoticeReceiver(
            handle, { NoticeBox.receive($0, $1) }, Unmanaged.passUnretained(notices).toOpaque())
    }

    deinit {
        PQfinish(handle)
    }

    /// Whether the connection was usable when it was last used.
    public var isUsable: Bool { PQstatus(handle) == CONNECTION_OK }

    /// The server process that serves this session.
    public var backendProcess: Int { Int(PQbackendPID(handle)) }

    /// The server's version as a number: 150018 for 15.18.
    public var serverVersion: Int { Int(PQserverVersion(handle)) }

    /// The encoding of the database, such as `UTF8`; `nil` where a pooler does not tell.
    public var serverEncoding: String? {
        PQparameterStatus(handle, "server_encoding").map { String(cString: $0) }
    }

    /// Whether a transaction block is open or aborted.
    public var isInTransaction: Bool { PQtransactionStatus(handle) != PQTRANS_IDLE }

    /// A handle by which another thread can cancel what runs here.
    public var canceller: PostgresCanceller? { PostgresCanceller(of: handle) }

    /// Notices and warnings received since the last call, oldest first.
    public func takeNotices() -> [Notice] { notices.take() }

    /// Sends one text as one simple-query message and returns a result per statement.
    ///
    /// - Parameters:
    ///   - sql: any number of statements. Without transaction control of their
    ///     own they run in one implicit transaction.
    ///   - onResult: called after each completed statement with its index from 0.
    ///   - meanwhile: called once, when all is sent and the server is at work on it.
    /// - Returns: what every statement returned, in order.
    /// - Throws: ``PostgresError`` for the first statement that fails, with the
    ///   number of statements that completed before it.
    @discardableResult
    public func execute(
        _ sql: String, onResult: ((Int, ResultSet) -> Void)? = nil, meanwhile: () -> Void = {}
    ) throws -> [ResultSet] {
        try refuseNul(sql)
        guard PQsendQuery(handle, sql) == 1 else { throw lostConnection(completed: 0) }
        meanwhile()
        return try collect(onResult)
    }

    /// Runs one statement with text parameters.
    ///
    /// - Throws: ``PostgresError``.
    public func query(_ sql: String, _ parameters: [String?] = []) throws -> ResultSet {
        try refuseNul(sql)
        for parameter in parameters { try refuseNul(parameter ?? "") }
        let sent = withCStrings(parameters) { values in
            PQsendQueryParams(handle, sql, Int32(parameters.count), nil, values, nil, nil, 0)
        }
        guard sent == 1 else { throw lostConnection(completed: 0) }
        return try collect(nil).last ?? ResultSet(tag: "", columns: [], rows: [])
    }

    private func collect(_ onResult: ((Int, ResultSet) -> Void)?) throws -> [ResultSet] {
        var results: [ResultSet] = []
        var failure: PostgresError?
        while let pointer = PQgetResult(handle) {
            let result = LibpqResult(pointer)
            if let set = result.resultSet {
                onResult?(results.count, set)
                results.append(set)
            } else if result.isCopy {
                refuseCopy(result)
            } else if failure == nil {
                failure = result.error(completed: results.count)
            }
        }
        if var failure {
            // A server that ends a session says so first and hangs up afterwards. What has
            // no SQLSTATE is libpq's own: it cannot talk to the server, whatever it still
            // takes the connection for when only its writing has failed.
            failure.connectionLost = !isUsable || failure.state == nil
            throw failure
        }
        guard isUsable else { throw lostConnection(completed: results.count) }
        return results
    }

    /// A script cannot feed or drain COPY through a simple message; the server
    /// is told so and the statement fails.
    private func refuseCopy(_ result: borrowing LibpqResult) {
        if result.isCopyIn {
            PQputCopyEnd(handle, "COPY FROM STDIN has no data in a migration script")
        } else {
            var buffer: UnsafeMutablePointer<CChar>?
            while PQgetCopyData(handle, &buffer, 0) > 0 { PQfreemem(buffer) }
        }
    }

    /// To libpq a text ends at its first NUL byte: the rest would silently not be sent.
    private func refuseNul(_ text: String) throws {
        guard text.utf8.contains(0) else { return }
        throw PostgresError(
            state: .invalidByteSequence,
            message: "the text has a NUL byte in it, which PostgreSQL cannot take.")
    }

    private func lostConnection(completed: Int) -> PostgresError {
        PostgresError(
            state: nil, severity: "FATAL",
            message: Self.singleLine(String(cString: PQerrorMessage(handle))),
            completedStatements: completed, connectionLost: true)
    }

    private static func connect(_ pairs: [(String, String)]) -> OpaquePointer? {
        withCStrings(pairs.map { $0.0 } + [nil]) { keywords in
            withCStrings(pairs.map { $0.1 } + [nil]) { values in
                PQconnectdbParams(keywords, values, 0)
            }
        }
    }

    static func singleLine(_ message: String) -> String {
        message.split(whereSeparator: \.isNewline).map { $0.trimmedOfSpaces }
            .joined(separator: " ")
    }
}

extension Substring {
    fileprivate var trimmedOfSpaces: Substring {
        drop { $0 == " " || $0 == "\t" }
    }
}
