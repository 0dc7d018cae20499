/// A session that tasks may share: one caller at a time, each with a
/// synchronous body that nothing can interleave with.
public actor PostgresConnection {
    private let executor: QueueExecutor
    private let session: PostgresSession

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    private init(executor: QueueExecutor, session: sending PostgresSession) {
        self.executor = executor
        self.session = session
    }

    /// Connects on the connection's own queue.
    ///
    /// - Throws: ``ConnectionFailure``.
    public static func open(
        _ target: ConnectionTarget, applicationName: String = "sluice"
    ) async throws -> PostgresConnection {
        let executor = QueueExecutor(label: "sluice.postgres")
        let opener = Opener(executor: executor)
        let session = try await opener.connect(target, applicationName)
        return PostgresConnection(executor: executor, session: session)
    }

    /// Runs a synchronous body with the session. While it runs, cancelling the
    /// calling task cancels the running statement.
    public func run<T: Sendable>(_ body: @Sendable (PostgresSession) throws -> T) throws -> T {
        try body(session)
    }
}

/// Makes the blocking connect call on the queue the connection will live on.
private actor Opener {
    private let executor: QueueExecutor

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    init(executor: QueueExecutor) {
        self.executor = executor
    }

    func connect(
        _ target: ConnectionTarget, _ applicationName: String
    ) throws -> sending PostgresSession {
        try PostgresSession(connecting: target, applicationName: applicationName)
    }
}
