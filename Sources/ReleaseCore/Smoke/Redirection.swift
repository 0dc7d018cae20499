/// Follows redirections one by one, so that secrets stay with the server they
/// are meant for: curl would send its own headers to every host it is led to.
struct Redirection {
    private(set) var request: HTTPClient.Request
    /// How long the answers took so far.
    var time = Duration.zero
    private var seen: Set<String>
    private var count = 0
    private let most: Int

    init(_ request: HTTPClient.Request) {
        self.request = request
        most = request.redirects
        seen = [request.method + request.url]
    }

    /// Turns the request to where an answer points.
    mutating func follow(_ target: String, _ status: Int) throws(HTTPFailure) {
        count += 1
        let from = Self.origin(request.url)
        let to = Self.origin(target)
        if from.hasPrefix("https:"), !to.hasPrefix("https:") {
            throw .wrong("it redirects from https to \(to), without encryption.")
        }
        if [301, 302, 303].contains(status), !["GET", "HEAD"].contains(request.method) {
            request.method = "GET"
            request.body = nil
        }
        if from != to {
            request.headers.removeAll(where: \.isSecret)
            if request.body != nil {
                throw .wrong("it redirects a request with a body to another server, \(to).")
            }
        }
        request.url = target
        guard seen.insert(request.method + target).inserted else {
            throw .wrong("it redirects in a circle.")
        }
        guard count <= most else {
            throw .wrong("it redirects more than \(most) time\(most == 1 ? "" : "s").")
        }
    }

    /// Scheme, host and port.
    private static func origin(_ url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        let host = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let withoutUser = host.lastIndex(of: "@").map { host[host.index(after: $0)...] } ?? host
        return (url[..<scheme.upperBound] + withoutUser).lowercased()
    }
}
