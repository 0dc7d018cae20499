import Foundation
import Glibc

/// Makes requests through the program `curl`: it verifies TLS by the system's
/// certificates, bounds time, and costs nothing to those who make no requests.
/// Linking FoundationNetworking, the alternative that comes with the toolchain,
/// adds 7 ms of loading to every command, more than half of what a deployment
/// with nothing to do takes; async-http-client adds minutes of building.
struct HTTPClient: Sendable {
    /// What curl may know of the process's environment: proxies, certificates.
    let environment: [String: String]
    let interrupt: Interrupt
    /// `nil` where it is in none of the folders of `PATH`.
    private let program: String?

    init(variables: [String: String], interrupt: Interrupt) {
        let kept = variables.filter { name, _ in
            let name = name.lowercased()
            return name.hasSuffix("_proxy") || name.hasPrefix("ssl_cert_")
                || ["path", "curl_ca_bundle", "home", "lang"].contains(name)
        }
        environment = kept.merging(["PATH": "/usr/local/bin:/usr/bin:/bin"]) { mine, _ in mine }
        program = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/curl" }
            .first { access($0, X_OK) == 0 }
        self.interrupt = interrupt
    }

    /// A request with every reference replaced.
    struct Request {
        var method: String
        var url: String
        var headers: [Header]
        var body: String?
        var redirects: Int
        var bodyLimit: Int
    }

    struct Header {
        var name: String
        var value: String
        /// Whether it stays with the server it was meant for.
        var isSecret: Bool
    }

    /// Sends it and follows redirections, all of it within the time.
    func send(_ request: Request, timeout: Duration) throws(HTTPFailure) -> HTTPAnswer {
        let deadline = ContinuousClock.now + timeout
        var redirection = Redirection(request)
        while true {
            let left = deadline - ContinuousClock.now
            guard left > .zero else { throw .late(timeout) }
            var answer = try exchange(redirection.request, left, timeout)
            redirection.time += answer.time
            guard let target = answer.redirect, request.redirects > 0,
                (300...399).contains(answer.status)
            else {
                answer.time = redirection.time
                return answer
            }
            try redirection.follow(target, answer.status)
        }
    }

    private func exchange(
        _ request: Request, _ left: Duration, _ timeout: Duration
    ) throws(HTTPFailure) -> HTTPAnswer {
        guard let program else {
            throw .unanswered("the program curl is not installed (Debian package curl).")
        }
        // curl knows the limit itself; this one is for a curl that does not end.
        var process = BoundedProcess(
            executable: program, arguments: ["--disable", "--config", "-"],
            environment: environment, timeout: left + .seconds(2))
        process.followsDescendants = false
        process.stdin = Array(CurlConfiguration(request: request, timeout: left).text.utf8)
        // Headers come first and are few.
        process.outputLimit = request.bodyLimit + 1 << 16
        process.endsAtLimit = true
        let output: BoundedProcess.Output
        do {
            output = try process.run(interrupt)
        } catch {
            throw .unanswered("curl could not be started: \(error)")
        }
        return try CurlOutput(output: output, bodyLimit: request.bodyLimit, timeout: timeout)
            .answer()
    }
}

/// What a server answered.
struct HTTPAnswer {
    var status: Int
    var headers: [(name: String, value: String)]
    var body: [UInt8]
    /// Whether the body is longer than what was read of it.
    var isCut: Bool
    /// Where a redirection leads, as a whole address.
    var redirect: String?
    var time: Duration

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as JSON; `nil` where it is none.
    var json: JSONValue? { try? JSONDecoder().decode(JSONValue.self, from: Data(body)) }

    func header(_ name: String) -> String? {
        headers.last { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// Why there is no answer to judge.
enum HTTPFailure: Error {
    /// Nobody answered: nothing is known.
    case unanswered(String)
    /// Somebody answered in a way that is wrong for certain.
    case wrong(String)

    static func late(_ timeout: Duration) -> HTTPFailure {
        .unanswered("there was no answer within \(DurationText.describe(timeout)).")
    }
}
