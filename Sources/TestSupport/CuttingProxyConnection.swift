import Glibc
import Sandbox

/// One connection through a ``CuttingProxy``. Both descriptors are closed when
/// the last thread that uses them lets go of it.
final class CuttingProxyConnection: Sendable {
    private let client: Int32
    private let server: Int32

    init(client: Int32, server: Int32) {
        self.client = client
        self.server = server
    }

    deinit {
        close(client)
        close(server)
    }

    /// Ends the connection for both sides, and wakes the threads that read from them.
    func cut() {
        shutdown(client, Int32(SHUT_RDWR))
        shutdown(server, Int32(SHUT_RDWR))
    }

    /// Passes bytes on until one side ends or `take` says where to stop; what
    /// it returns is done after the bytes before that point have been written.
    func pump(
        _ direction: CuttingProxyDirection, delay: Duration,
        take: (ArraySlice<UInt8>, inout CuttingProxyScanner.Numbered) -> (
            count: Int, reaction: @Sendable () -> Void
        )?
    ) {
        let (source, sink) = direction == .toServer ? (client, server) : (server, client)
        var scanner = CuttingProxyScanner.Numbered(direction)
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            if delay > .zero { usleep(UInt32(delay.milliseconds * 1000)) }
            let bytes = buffer[..<count]
            if let end = take(bytes, &scanner) {
                _ = Self.send(bytes.prefix(end.count), to: sink)
                end.reaction()
                return
            }
            guard Self.send(bytes, to: sink) else { return }
        }
    }

    func signalClient(_ number: Int32) {
        if let process = UnixSocket.peer(of: client) { kill(process, number) }
    }

    func react(_ reaction: CuttingProxy.Reaction) {
        switch reaction {
        case .cut, .signalClient: break
        case .killClient: signalClient(SIGKILL)
        case .call(let body): body()
        }
        cut()
    }

    private static func send(_ bytes: ArraySlice<UInt8>, to sink: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(sink, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

extension CuttingProxyScanner {
    /// A scanner that knows the number of its message among those of all connections.
    struct Numbered {
        var scanner: CuttingProxyScanner
        var number = 0

        init(_ direction: CuttingProxyDirection) {
            scanner = CuttingProxyScanner(startsUntyped: direction == .toServer)
        }
    }
}

extension Duration {
    fileprivate var milliseconds: Int {
        Int(components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
    }
}
