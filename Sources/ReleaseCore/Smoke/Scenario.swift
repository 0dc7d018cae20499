/// What somebody does with the application, step by step.
public struct Scenario: Sendable, Hashable {
    public var steps: [ScenarioStep]
    /// Run at the end, whatever became of the steps.
    public var cleanup: [ScenarioStep]

    public init(steps: [ScenarioStep], cleanup: [ScenarioStep] = []) {
        self.steps = steps
        self.cleanup = cleanup
    }

    /// Whether all of it is one transaction that is rolled back: where every
    /// step is SQL and nothing is to be cleaned up. The application sees only
    /// what is committed, so with a request in it every step is.
    public var isRolledBack: Bool { cleanup.isEmpty && steps.allSatisfy(\.isSQL) }
}

/// One statement or request of a scenario.
public struct ScenarioStep: Sendable, Hashable {
    /// What it does.
    public enum Action: Sendable, Hashable {
        /// May refer to captured values as `{{name}}`, each a quoted literal.
        case sql(String)
        case http(HTTPRequest, HTTPExpectation)
    }

    public var name: String
    public var action: Action
    public var captures: [Capture]

    public init(name: String, action: Action, captures: [Capture] = []) {
        self.name = name
        self.action = action
        self.captures = captures
    }

    var isSQL: Bool {
        if case .sql = action { return true }
        return false
    }

    var references: [String] {
        switch action {
        case .sql(let sql): Template(raw: sql).references
        case .http(let request, _): request.references
        }
    }

    /// The captured values it refers to.
    var uses: [String] {
        switch action {
        case .sql(let sql): CaptureText.names(in: sql)
        case .http(let request, _): request.templates.flatMap { CaptureText.names(in: $0.raw) }
        }
    }
}

/// A value that is kept from one step for later ones.
public struct Capture: Sendable, Hashable {
    public enum Source: Sendable, Hashable {
        /// The first column of the first row.
        case firstValue
        /// A column of the first row.
        case column(String)
        /// A value in a JSON body.
        case pointer(JSONPointer)
        /// A header of the answer.
        case header(String)
    }

    public var name: String
    public var source: Source

    public init(name: String, source: Source) {
        self.name = name
        self.source = source
    }
}
