/// A check run against a deployed environment, as configured.
public struct SmokeCheck: Sendable, Hashable {
    /// What the check does.
    public enum Action: Sendable, Hashable {
        /// A query in a read-only transaction.
        case sql(String, SQLExpectation)
        /// One request.
        case http(HTTPRequest, HTTPExpectation)
        /// Requests and statements, one after the other.
        case scenario(Scenario)
        /// A program that must end with status 0.
        case command(CommandCheck)
        /// Numbers before and after the deployment.
        case metrics(MetricsCheck)
    }

    public var name: String
    public var action: Action
    /// How long one attempt may take.
    public var timeout: Duration
    /// Whether its failure degrades the deployment.
    public var required: Bool
    /// What `sluice smoke --tag` picks it by.
    public var tags: [String]
    public var patience: Patience

    public init(
        name: String, action: Action, timeout: Duration = .seconds(30), required: Bool = true,
        tags: [String] = [], patience: Patience = Patience()
    ) {
        self.name = name
        self.action = action
        self.timeout = timeout
        self.required = required
        self.tags = tags
        self.patience = patience
    }

    /// The word for what it does, as the configuration has it.
    public var kind: String {
        switch action {
        case .sql: "sql"
        case .http: "http"
        case .scenario: "scenario"
        case .command: "command"
        case .metrics: "metrics"
        }
    }

    /// How often a check that does not pass is tried again.
    public struct Patience: Sendable, Hashable {
        /// Attempts after the first one.
        public var retries: Int
        /// How long to keep trying; `nil` where ``retries`` counts.
        public var within: Duration?
        /// How long to wait between two attempts.
        public var interval: Duration

        public init(retries: Int = 0, within: Duration? = nil, interval: Duration = .seconds(1)) {
            self.retries = retries
            self.within = within
            self.interval = interval
        }
    }

    /// The variables it refers to.
    var references: [String] {
        switch action {
        case .sql(let sql, _): Template(raw: sql).references
        case .http(let request, _): request.references
        case .scenario(let scenario):
            (scenario.steps + scenario.cleanup).flatMap(\.references)
        case .command(let command): command.environment.values.flatMap(\.references)
        case .metrics(let metrics): metrics.references
        }
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

/// A program of the user's own.
public struct CommandCheck: Sendable, Hashable {
    /// The program with its arguments; one word is a line for the shell.
    public var words: [String]
    /// Whether ``words`` is one line for `/bin/sh -c`.
    public var isShell: Bool
    /// Variables it gets besides the process's own.
    public var environment: [String: Template]

    public init(words: [String], isShell: Bool, environment: [String: Template] = [:]) {
        self.words = words
        self.isShell = isShell
        self.environment = environment
    }
}
