import Yams

extension SmokeCheck {
    private static let keys = [
        "name", "sql", "http", "scenario", "expect", "timeout", "required", "method", "headers",
        "body",
    ]

    /// Reads one entry of an environment's `smoke:` list; complains and gives
    /// `nil` when it is no check.
    static func read(_ node: Node, _ reader: inout NodeReader) -> SmokeCheck? {
        let entries = reader.entries(node, of: "smoke check", known: keys)
        let values = Dictionary(entries.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        let kinds = ["sql", "http", "scenario"].filter { values[$0] != nil }
        guard kinds.count == 1 else {
            reader.complain(node, "a smoke check has exactly one of sql, http and scenario.")
            return nil
        }
        for (key, value) in entries where !keys(for: kinds[0]).contains(key) {
            reader.complain(value, "\(key) means nothing in a smoke check with \(kinds[0]).")
        }
        guard let action = readAction(kinds[0], values, &reader) else { return nil }
        let name = values["name"].flatMap { reader.string($0, "name") } ?? defaultName(action)
        return SmokeCheck(
            name: name, action: action,
            timeout: values["timeout"].flatMap { timeout($0, &reader) } ?? .seconds(30),
            required: values["required"].flatMap { reader.boolean($0, "required") } ?? true)
    }

    private static func keys(for kind: String) -> Set<String> {
        let common: Set<String> = ["name", "timeout", "required", kind]
        switch kind {
        case "sql": return common.union(["expect"])
        case "http": return common.union(["expect", "method", "headers", "body"])
        default: return common
        }
    }

    private static func timeout(_ node: Node, _ reader: inout NodeReader) -> Duration? {
        guard let timeout = reader.duration(node, "timeout") else { return nil }
        guard timeout > .zero, timeout <= .seconds(86_400) else {
            reader.complain(node, "timeout must be longer than 0 and at most 24h.")
            return nil
        }
        return timeout
    }

    private static func readAction(
        _ kind: String, _ values: [String: Node], _ reader: inout NodeReader
    ) -> Action? {
        guard let node = values[kind] else { return nil }
        switch kind {
        case "sql":
            guard let sql = reader.string(node, "sql") else { return nil }
            return .sql(sql, sqlExpectation(values["expect"], &reader))
        case "http":
            guard let request = httpRequest(node, values, &reader) else { return nil }
            return .http(request, httpExpectation(values["expect"], &reader))
        default:
            let steps = reader.list(node, "scenario")
            if steps.isEmpty, node.sequence != nil || reader.isEmpty(node) {
                reader.complain(node, "a scenario needs at least one step.")
            }
            return .scenario(steps.compactMap { readStep($0, &reader) })
        }
    }

    private static func sqlExpectation(_ node: Node?, _ reader: inout NodeReader) -> SQLExpectation
    {
        guard let node else { return .isTrue }
        let entries = reader.entries(node, of: "expect", known: ["value", "rows"])
        if entries.count > 1 {
            reader.complain(node, "expect has one of value and rows, not both.")
        }
        guard let (key, value) = entries.first else { return .isTrue }
        if key == "value" { return .value(reader.string(value, key) ?? "") }
        return rowsExpectation(value, &reader)
    }

    /// `rows: 3` or `rows: 1-10`.
    private static func rowsExpectation(_ node: Node, _ reader: inout NodeReader) -> SQLExpectation
    {
        let bounds = (node.scalar?.string ?? "").split(separator: "-").map { Int($0) }
        if let low = bounds.first ?? nil, let high = bounds.last ?? nil, bounds.count <= 2,
            low <= high
        {
            return .rows(low...high)
        }
        reader.complain(node, "rows must be a number or a range such as 1-10.")
        return .isTrue
    }

    private static func httpRequest(
        _ node: Node, _ values: [String: Node], _ reader: inout NodeReader
    ) -> HTTPRequest? {
        guard let url = reader.string(node, "http") else { return nil }
        if !url.hasPrefix("http://"), !url.hasPrefix("https://"), !url.hasPrefix("${") {
            reader.complain(node, "http must be an http:// or https:// URL.")
        }
        var request = HTTPRequest(url: Template(raw: url, line: node.mark?.line ?? 0))
        if let method = values["method"] {
            request.method = reader.string(method, "method") ?? "GET"
        }
        if let body = values["body"] {
            request.body = reader.string(body, "body").map {
                Template(raw: $0, line: body.mark?.line ?? 0)
            }
        }
        let headers = values["headers"].map { reader.entries($0, of: "headers") } ?? []
        for (name, value) in headers {
            request.headers[name] = reader.string(value, name).map {
                Template(raw: $0, line: value.mark?.line ?? 0)
            }
        }
        return request
    }

    private static func httpExpectation(_ node: Node?, _ reader: inout NodeReader)
        -> HTTPExpectation
    {
        var expectation = HTTPExpectation()
        guard let node else { return expectation }
        for (key, value) in reader.entries(node, of: "expect", known: ["status", "text"]) {
            if key == "status" {
                expectation.status = reader.integer(value, key, 100...599) ?? 200
            } else {
                expectation.text = reader.string(value, key)
            }
        }
        return expectation
    }

    private static func readStep(_ node: Node, _ reader: inout NodeReader) -> ScenarioStep? {
        var step = ScenarioStep(name: "", sql: "")
        for (key, value) in reader.entries(
            node, of: "scenario step", known: ["name", "sql", "capture"])
        {
            switch key {
            case "name": step.name = reader.string(value, key) ?? ""
            case "sql": step.sql = reader.string(value, key) ?? ""
            default: step.capture = reader.string(value, key)
            }
        }
        guard !step.sql.isEmpty else {
            reader.complain(node, "a scenario step needs sql.")
            return nil
        }
        return step
    }

    private static func defaultName(_ action: Action) -> String {
        switch action {
        case .sql(let sql, _): String(sql.prefix(40))
        case .http(let request, _): request.url.raw
        case .scenario: "scenario"
        }
    }
}
