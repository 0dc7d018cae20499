import Glibc
import Sandbox
import Synchronization

/// A socket in front of a PostgreSQL server that breaks connections at an
/// exact byte.
///
/// It listens where libpq looks for a server (`.s.PGSQL.5432` in a directory of
/// its own) and passes every connection on. Each direction of each connection
/// has a thread of its own, so that neither side can hold up the other.
public final class CuttingProxy: Sendable {
    /// What happens, once, when the armed point is reached. Later connections pass.
    public enum Reaction: Sendable {
        /// The connection is cut there.
        case cut
        /// The program at the client's end is killed with SIGKILL, and the connection is cut.
        case killClient
        /// This is called on the connection's thread; then the connection is cut.
        case call(@Sendable () -> Void)
        /// The program at the client's end gets a signal, and the bytes go on.
        case signalClient(Int32)
    }

    /// The directory to connect to; libpq's `host`.
    public let directory: String
    private let server: String
    private let delay: Duration
    private let listener: Int32
    private let state = Mutex(State())

    struct State {
        var armed: (point: CuttingProxyPoint, reaction: Reaction)?
        var isReached = false
        var started: [CuttingProxyDirection: Int] = [:]
        var messages: [CuttingProxyMessage] = []
        var connections: [ObjectIdentifier: CuttingProxyConnection] = [:]
        var isClosed = false
    }

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - directory: an existing one, which the socket is put in.
    ///   - server: the directory of the server's socket.
    ///   - delay: added to every chunk of bytes in each direction, half of a
    ///     round trip's.
    /// - Throws: ``ProcessRunner/Failure`` when the socket cannot be made.
    public init(in directory: String, server: String, delay: Duration = .zero) throws {
        self.directory = directory
        self.server = server
        self.delay = delay
        listener = try UnixSocket.listen(at: directory + UnixSocket.name)
        let listener = listener
        ThreadStart.detached { [weak self] in
            while true {
                let client = UnixSocket.accept(on: listener)
                guard client >= 0, let self else { break }
                self.pass(client)
            }
            Glibc.close(listener)
        }
    }

    deinit {
        close()
    }

    /// The address of a database behind the proxy, with whatever else the URL has.
    public func url(database: String, user: String) -> String {
        "postgresql://\(user)@/\(database)?host=\(directory)&port=5432"
    }

    /// Sets the point at which the next connection that reaches it is cut.
    public func arm(_ point: CuttingProxyPoint, _ reaction: Reaction = .cut) {
        state.withLock { $0.armed = (point, reaction) }
    }

    /// Whether the armed point was reached.
    public var isReached: Bool { state.withLock { $0.isReached } }

    /// Every message that has passed, in the order of their ends.
    public var messages: [CuttingProxyMessage] { state.withLock { $0.messages } }

    /// How often a client has waited for the server: its ReadyForQuery messages.
    public var roundTrips: Int { messages.count { $0.direction == .toClient && $0.type == "Z" } }

    /// Cuts all connections and stops listening.
    public func close() {
        let connections = state.withLock { state in
            let isFirst = !state.isClosed
            state.isClosed = true
            defer { state.connections = [:] }
            return isFirst ? Array(state.connections.values) : nil
        }
        guard let connections else { return }
        // Wakes accept(), whose thread closes the descriptor.
        shutdown(listener, Int32(SHUT_RDWR))
        for connection in connections { connection.cut() }
    }

    private func pass(_ client: Int32) {
        guard let upstream = UnixSocket.connect(to: server + UnixSocket.name) else {
            Glibc.close(client)
            return
        }
        let connection = CuttingProxyConnection(client: client, server: upstream)
        let isOpen = state.withLock { state in
            guard !state.isClosed else { return false }
            state.connections[ObjectIdentifier(connection)] = connection
            return true
        }
        guard isOpen else { return }
        for direction in CuttingProxyDirection.allCases {
            ThreadStart.detached { [weak self] in
                let delay = self?.delay ?? .zero
                connection.pump(direction, delay: delay) { bytes, scanner in
                    self?.take(bytes, direction, &scanner, connection) ?? nil
                }
                connection.cut()
                self?.state.withLock { state in
                    _ = state.connections.removeValue(forKey: ObjectIdentifier(connection))
                }
            }
        }
    }

    /// Counts messages.
    ///
    /// - Returns: how many of the bytes may pass before the connection ends
    ///   there; `nil` when all may and it goes on.
    private func take(
        _ bytes: ArraySlice<UInt8>, _ direction: CuttingProxyDirection,
        _ scanner: inout CuttingProxyScanner.Numbered, _ connection: CuttingProxyConnection
    ) -> (count: Int, reaction: @Sendable () -> Void)? {
        state.withLock { state in
            var passed = 0
            while passed < bytes.count {
                let step = scanner.scanner.next(bytes.dropFirst(passed))
                if step.begins { scanner.number = state.begin(direction) }
                if let (point, reaction) = state.disarm(direction, scanner.number, step) {
                    guard case .signalClient(let number) = reaction else {
                        let count = min(step.count, max(0, point.byte - step.before))
                        return (passed + count, { connection.react(reaction) })
                    }
                    connection.signalClient(number)
                }
                if step.ends { state.end(direction, step) }
                passed += step.count
            }
            return nil
        }
    }
}

extension CuttingProxy.State {
    /// - Returns: the number of the message that begins.
    mutating func begin(_ direction: CuttingProxyDirection) -> Int {
        defer { started[direction, default: 0] += 1 }
        return started[direction, default: 0]
    }

    mutating func end(_ direction: CuttingProxyDirection, _ step: CuttingProxyScanner.Step) {
        messages.append(
            CuttingProxyMessage(
                direction: direction, type: step.type.map { Character(Unicode.Scalar($0)) },
                length: step.before + step.count))
    }

    /// What is armed, when its point lies in this stretch.
    mutating func disarm(
        _ direction: CuttingProxyDirection, _ number: Int, _ step: CuttingProxyScanner.Step
    ) -> (point: CuttingProxyPoint, reaction: CuttingProxy.Reaction)? {
        guard let armed, armed.point.direction == direction, armed.point.message == number,
            armed.point.byte < step.before + step.count || step.ends
        else { return nil }
        (self.armed, isReached) = (nil, true)
        return armed
    }
}
