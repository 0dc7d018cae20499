import Foundation
import Glibc
import ReleaseCore

/// Answers `/healthz` and `/metrics` over HTTP, one request at a time.
final class StatusListener {
    private let socket: Int32

    /// Listens, and answers on a thread of its own until the process ends.
    ///
    /// The place is `ADDRESS:PORT`, `[ADDRESS]:PORT` or `:PORT` for every address.
    init(_ place: String, _ meter: WatchMeter, _ interval: Duration) throws {
        socket = try Self.listen(place)
        let socket = socket
        // A fetch may take a while; one that hangs is no health.
        let limit = interval * 3 + .seconds(120)
        Thread.detachNewThread {
            while true {
                let client = accept(socket, nil, nil)
                if client < 0, errno == EBADF || errno == EINVAL { return }
                guard client >= 0 else { continue }
                Self.answer(client, meter, limit)
                close(client)
            }
        }
    }

    deinit {
        shutdown(socket, Int32(SHUT_RDWR))
        close(socket)
    }

    private static func listen(_ place: String) throws -> Int32 {
        guard let colon = place.lastIndex(of: ":") else {
            throw ReleaseError(
                .usage, "--listen takes ADDRESS:PORT, for example 127.0.0.1:9187, not “\(place)”.")
        }
        let host = place[..<colon].trimmingCharacters(in: ["[", "]"])
        let port = String(place[place.index(after: colon)...])
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host.isEmpty ? nil : host, port, &hints, &list)
        guard status == 0, let address = list?.pointee else {
            throw ReleaseError(
                .usage, "--listen \(place): \(String(cString: gai_strerror(status))).")
        }
        defer { freeaddrinfo(list) }
        let created = Glibc.socket(
            address.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(created, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard created >= 0, bind(created, address.ai_addr, address.ai_addrlen) == 0,
            Glibc.listen(created, 16) == 0
        else {
            let reason = String(cString: strerror(errno))
            if created >= 0 { close(created) }
            throw ReleaseError(.usage, "--listen \(place): \(reason).")
        }
        return created
    }

    private static func answer(_ client: Int32, _ meter: WatchMeter, _ limit: Duration) {
        // Nobody keeps the others waiting for longer than this.
        var patience = timeval(tv_sec: 2, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
        var request: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 2048)
        while request.count < 16_384, !request.contains(UInt8(ascii: "\n")) {
            let count = recv(client, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            request += buffer[..<count]
        }
        let line = String(decoding: request.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        let words = line.split(separator: " ")
        guard words.count >= 2, words[0] == "GET" || words[0] == "HEAD" else {
            return reply(client, "405 Method Not Allowed", "only GET is answered.\n")
        }
        switch words[1].prefix(while: { $0 != "?" }) {
        case "/healthz" where meter.isAlive(within: limit): reply(client, "200 OK", "ok\n")
        case "/healthz": reply(client, "503 Service Unavailable", "it hangs.\n")
        case "/metrics": reply(client, "200 OK", meter.text)
        default: reply(client, "404 Not Found", "there are /healthz and /metrics.\n")
        }
    }

    private static func reply(_ client: Int32, _ status: String, _ body: String) {
        let head = [
            "HTTP/1.1 \(status)", "Content-Type: text/plain; version=0.0.4; charset=utf-8",
            "Content-Length: \(body.utf8.count)", "Connection: close",
        ]
        Console.write(head.joined(separator: "\r\n") + "\r\n\r\n" + body, to: client)
    }
}
