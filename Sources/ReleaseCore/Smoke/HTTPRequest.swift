/// A request; every text may hold `${NAME}` references and, in a scenario,
/// `{{name}}` for what an earlier step has captured.
public struct HTTPRequest: Sendable, Hashable {
    public var method: String
    public var url: Template
    public var headers: [String: Template]
    public var body: Template?
    /// How many redirections are followed; `nil` for as many as make sense:
    /// none where one is expected, else ``HTTPRequest/usualRedirects``.
    public var redirects: Int?
    /// How many bytes of the answer's body are read.
    public var bodyLimit: Int

    /// What `redirects` is where it is not said.
    public static let usualRedirects = 5
    /// What `max_body` is where it is not said: 1 MiB.
    public static let usualBodyLimit = 1 << 20

    public init(
        method: String = "GET", url: Template, headers: [String: Template] = [:],
        body: Template? = nil, redirects: Int? = nil, bodyLimit: Int = usualBodyLimit
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.redirects = redirects
        self.bodyLimit = bodyLimit
    }

    var templates: [Template] { [url] + headers.values + (body.map { [$0] } ?? []) }

    var references: [String] { templates.flatMap(\.references) }
}

/// What the answer to a request must be.
public struct HTTPExpectation: Sendable, Hashable {
    /// It has one of these.
    public var status: [ClosedRange<Int>]
    /// Headers by name, each with its whole value.
    public var headers: [String: String]
    /// Values in a JSON body, by where they are.
    public var json: [JSONPointer: JSONValue]
    /// Text that the body must contain.
    public var text: String?
    /// How long the answer may take.
    public var within: Duration?

    public init(
        status: [ClosedRange<Int>] = [200...200], headers: [String: String] = [:],
        json: [JSONPointer: JSONValue] = [:], text: String? = nil, within: Duration? = nil
    ) {
        self.status = status
        self.headers = headers
        self.json = json
        self.text = text
        self.within = within
    }

    /// Whether a redirection is what is asked for.
    var wantsRedirection: Bool { status.contains { $0.overlaps(300...399) } }

    /// The statuses for people: `200, 204` or `200 to 299`.
    var statusText: String {
        status.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)" }
            .joined(separator: " or ")
    }
}
