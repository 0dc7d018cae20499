/// A check run against a deployed environment, as configured.
public struct SmokeCheck: Sendable, Hashable {
    /// What the check does.
    public enum Action: Sendable, Hashable {
        /// A query in a read-only transaction.
        case sql(String, SQLExpectation)
        /// One request.
        case http(HTTPRequest, HTTPExpectation)
        /// Statements in one transaction that is rolled back at the end.
        case scenario([ScenarioStep])
    }

    public var name: String
    public var action: Action
    public var timeout: Duration
    /// Whether its failure degrades the deployment.
    public var required: Bool

    public init(
        name: String, action: Action, timeout: Duration = .seconds(30), required: Bool = true
    ) {
        self.name = name
        self.action = action
        self.timeout = timeout
        self.required = required
    }
}

/// What the query of a check must return.
public enum SQLExpectation: Sendable, Hashable {
    /// The first column of the only row is true.
    case isTrue
    /// The first column of the only row, as text.
    case value(String)
    /// How many rows come back.
    case rows(ClosedRange<Int>)
}

/// A request; every text may hold `${NAME}` references.
public struct HTTPRequest: Sendable, Hashable {
    public var method: String
    public var url: Template
    public var headers: [String: Template]
    public var body: Template?

    public init(
        method: String = "GET", url: Template, headers: [String: Template] = [:],
        body: Template? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// What the answer to a request must be.
public struct HTTPExpectation: Sendable, Hashable {
    public var status: Int
    /// Text that the body must contain.
    public var text: String?

    public init(status: Int = 200, text: String? = nil) {
        self.status = status
        self.text = text
    }
}

/// One statement of a scenario.
public struct ScenarioStep: Sendable, Hashable {
    public var name: String
    /// May refer to captured values as `{{name}}`, replaced by a quoted literal.
    public var sql: String
    /// The name under which the first value of the result is kept.
    public var capture: String?

    public init(name: String, sql: String, capture: String? = nil) {
        self.name = name
        self.sql = sql
        self.capture = capture
    }
}
