import Foundation
import Glibc
import Synchronization

/// A web server on loopback, for tests: the same answer for everybody, or a
/// small application with faults.
final class LoopbackServer: Sendable {
    /// What somebody asked.
    struct Request: Sendable {
        var method: String
        /// With its query.
        var path: String
        /// The whole of it.
        var text: String

        var body: String {
            text.range(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
        }
    }

    /// What comes back.
    enum Reply: Sendable {
        case answer(String)
        /// Nothing, and the connection stays open.
        case hang
        /// The beginning, and then the same bytes without end.
        case endless(String, repeating: String)
    }

    let port: UInt16
    private let descriptor: Int32
    private let requests = Mutex<[Request]>([])

    /// Listens on a free port and sends `answer` to every client; `nil` keeps
    /// them waiting.
    convenience init(answer: String?) throws {
        try self.init { _ in answer.map(Reply.answer) ?? .hang }
    }

    /// Listens on a free port; every client is served on a thread of its own.
    init(_ application: @escaping @Sendable (Request) -> Reply) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, size) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, address, &size) == 0
            }
        }
        guard isListening else { throw POSIXError(.EADDRINUSE) }
        port = UInt16(bigEndian: address.sin_port)
        self.descriptor = descriptor
        let log: @Sendable (Request) -> Void = { [weak self] request in
            self?.requests.withLock { $0.append(request) }
        }
        Thread.detachNewThread {
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0 else {
                    // Only here: the number must not be another socket's while this thread uses it.
                    close(descriptor)
                    return
                }
                Thread.detachNewThread { Self.serve(client, log, application) }
            }
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    var url: String { "http://127.0.0.1:\(port)/" }

    /// What was asked so far.
    var received: [Request] { requests.withLock { $0 } }

    /// A whole answer with its length.
    static func answer(_ status: Int, _ body: String, headers: String = "") -> String {
        "HTTP/1.1 \(status) X\r\n\(headers)Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
    }

    private static func serve(
        _ client: Int32, _ log: (Request) -> Void, _ application: (Request) -> Reply
    ) {
        defer { close(client) }
        guard let request = read(client) else { return }
        log(request)
        switch application(request) {
        case .answer(let text):
            _ = write(text, client)
            shutdown(client, Int32(SHUT_WR))
            waitForEnd(client)
        case .hang: waitForEnd(client)
        case .endless(let beginning, let text):
            guard write(beginning, client) else { return }
            while write(text, client) {}
        }
    }

    /// Reads headers and as much of a body as they promise.
    private static func read(_ client: Int32) -> Request? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(client, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
            let text = String(decoding: bytes, as: UTF8.self)
            guard let end = text.range(of: "\r\n\r\n") else { continue }
            let head = text[..<end.lowerBound].split(separator: "\r\n")
            let length = head.compactMap { line -> Int? in
                line.lowercased().hasPrefix("content-length:")
                    ? Int(line.dropFirst(15).trimmingCharacters(in: .whitespaces)) : nil
            }.first
            guard text[end.upperBound...].utf8.count >= length ?? 0 else { continue }
            let words = head.first?.split(separator: " ") ?? []
            guard words.count > 1 else { return nil }
            return Request(method: String(words[0]), path: String(words[1]), text: text)
        }
    }

    private static func write(_ text: String, _ client: Int32) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func waitForEnd(_ client: Int32) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while recv(client, &buffer, buffer.count, 0) > 0 {}
    }
}
