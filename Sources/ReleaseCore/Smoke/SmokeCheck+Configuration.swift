import Yams

extension SmokeCheck {
    private static let kinds = ["sql", "http", "scenario", "command", "metrics"]
    private static let common: Set = [
        "name", "timeout", "required", "tags", "retries", "within", "interval",
    ]

    /// The keys that mean something, by kind.
    private static func keys(for kind: String) -> Set<String> {
        let own: Set<String> =
            switch kind {
            case "sql": ["expect"]
            case "http": HTTPRequest.keys.union(["expect"])
            case "scenario": ["cleanup"]
            case "command": ["env"]
            default: ["expect", "window"]
            }
        return common.union(own).union([kind])
    }

    private static let keys = Array(kinds.reduce(into: common) { $0.formUnion(keys(for: $1)) })

    /// Reads one entry of an environment's `smoke:` list; complains and gives
    /// `nil` when it is no check.
    static func read(_ node: Node, _ reader: inout NodeReader) -> SmokeCheck? {
        let entries = reader.entries(node, of: "smoke check", known: keys.sorted())
        let values = Dictionary(entries.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        let kinds = kinds.filter { values[$0] != nil }
        guard kinds.count == 1 else {
            reader.complain(
                node,
                "a smoke check has exactly one of sql, http, scenario, command and metrics.")
            return nil
        }
        for (key, value) in entries where !keys(for: kinds[0]).contains(key) {
            reader.complain(value, "\(key) means nothing in a smoke check with \(kinds[0]).")
        }
        guard let action = readAction(kinds[0], values, &reader) else { return nil }
        return check(action, values, &reader)
    }

    /// Reads what a comment above a statement of a `smoke/*.sql` file says.
    static func read(
        sql: String, name: String, options: Node?, _ reader: inout NodeReader
    ) -> SmokeCheck {
        let known = common.union(["expect"]).sorted()
        let entries = options.map { reader.entries($0, of: "smoke comment", known: known) } ?? []
        let values = Dictionary(entries.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        var check = check(
            .sql(sql, SQLExpectation.read(values["expect"], &reader)), values, &reader)
        if values["name"] == nil { check.name = name }
        return check
    }

    private static func check(
        _ action: Action, _ values: [String: Node], _ reader: inout NodeReader
    ) -> SmokeCheck {
        SmokeCheck(
            name: values["name"].flatMap { reader.string($0, "name") } ?? defaultName(action),
            action: action,
            timeout: values["timeout"].flatMap { reader.time($0, "timeout") } ?? .seconds(30),
            required: values["required"].flatMap { reader.boolean($0, "required") } ?? true,
            tags: values["tags"].map { reader.strings($0, "tags") } ?? [],
            patience: patience(values, &reader))
    }

    private static func patience(
        _ values: [String: Node], _ reader: inout NodeReader
    ) -> Patience {
        var patience = Patience()
        if let node = values["retries"] {
            patience.retries = reader.integer(node, "retries", 0...1000) ?? 0
        }
        if let node = values["within"] {
            patience.within = reader.time(node, "within")
            if values["retries"] != nil {
                reader.complain(node, "a smoke check has one of retries and within, not both.")
            }
        }
        if let node = values["interval"] {
            patience.interval = reader.time(node, "interval") ?? patience.interval
            if values["retries"] == nil, values["within"] == nil {
                reader.complain(node, "interval means nothing without retries or within.")
            }
        }
        return patience
    }

    private static func readAction(
        _ kind: String, _ values: [String: Node], _ reader: inout NodeReader
    ) -> Action? {
        guard let node = values[kind] else { return nil }
        switch kind {
        case "sql":
            guard let sql = reader.string(node, "sql") else { return nil }
            return .sql(sql, SQLExpectation.read(values["expect"], &reader))
        case "http":
            guard let request = HTTPRequest.read(node, values, &reader) else { return nil }
            return .http(request, HTTPExpectation.read(values["expect"], &reader))
        case "scenario": return .scenario(Scenario.read(node, values["cleanup"], &reader))
        case "command":
            return CommandCheck.read(node, values["env"], &reader).map(Action.command)
        default:
            return MetricsCheck.read(node, values, &reader).map(Action.metrics)
        }
    }

    private static func defaultName(_ action: Action) -> String {
        switch action {
        case .sql(let sql, _): String(sql.prefix(40))
        case .http(let request, _): request.url.raw
        case .scenario: "scenario"
        case .command(let command): String(command.words.joined(separator: " ").prefix(40))
        case .metrics(let metrics): metrics.title
        }
    }
}

extension SQLExpectation {
    static func read(_ node: Node?, _ reader: inout NodeReader) -> SQLExpectation {
        guard let node else { return .isTrue }
        let entries = reader.entries(node, of: "expect", known: ["value", "rows"])
        if entries.count > 1 {
            reader.complain(node, "expect has one of value and rows, not both.")
        }
        guard let (key, value) = entries.first else { return .isTrue }
        if key == "value" { return .value(reader.string(value, key) ?? "") }
        if let range = reader.range(value) { return .rows(range) }
        reader.complain(value, "rows must be a number or a range such as 1-10.")
        return .isTrue
    }
}

extension CommandCheck {
    /// `command: LINE` for the shell, or `command: [PROGRAM, ARGUMENT…]`.
    static func read(
        _ node: Node, _ environment: Node?, _ reader: inout NodeReader
    ) -> CommandCheck? {
        let isShell = node.sequence == nil
        let words =
            isShell
            ? reader.string(node, "command").map { [$0] } ?? [] : reader.strings(node, "command")
        guard let first = words.first, !first.isEmpty else {
            if !isShell { reader.complain(node, "command must be a line or a list of words.") }
            return nil
        }
        let variables = environment.map { reader.templates($0, of: "env") } ?? [:]
        return CommandCheck(words: words, isShell: isShell, environment: variables)
    }
}

extension NodeReader {
    /// A duration that something may take.
    mutating func time(_ node: Node, _ key: String) -> Duration? {
        guard let time = duration(node, key) else { return nil }
        guard time > .zero, time <= .seconds(86_400) else {
            complain(node, "\(key) must be longer than 0 and at most 24h.")
            return nil
        }
        return time
    }

    /// One text or a list of them.
    mutating func strings(_ node: Node, _ key: String) -> [String] {
        guard node.sequence != nil else { return string(node, key).map { [$0] } ?? [] }
        return list(node, key).compactMap { string($0, key) }
    }

    /// `3` or `1-10`; `nil` for anything else.
    func range(_ node: Node) -> ClosedRange<Int>? {
        let bounds = (node.scalar?.string ?? "").split(separator: "-").map { Int($0) }
        guard let low = bounds.first ?? nil, let high = bounds.last ?? nil, bounds.count <= 2,
            low <= high
        else { return nil }
        return low...high
    }

    mutating func template(_ node: Node, _ key: String) -> Template? {
        string(node, key).map { Template(raw: $0, line: node.mark?.line ?? 0) }
    }

    /// A mapping of names to texts with references.
    mutating func templates(_ node: Node, of what: String) -> [String: Template] {
        var templates: [String: Template] = [:]
        for (name, value) in entries(node, of: what) { templates[name] = template(value, name) }
        return templates
    }

    /// Any value, as JSON has it: what is not quoted may be a number, true,
    /// false or null.
    func json(_ node: Node) -> JSONValue {
        if let values = node.sequence { return .array(values.map(json)) }
        if let members = node.mapping {
            return .object(
                Dictionary(
                    members.map { ($0.key.scalar?.string ?? "", json($0.value)) },
                    uniquingKeysWith: { $1 }))
        }
        let text = node.scalar?.string ?? ""
        guard node.scalar?.style == .plain else { return .string(text) }
        switch text {
        case "", "~", "null": return .null
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        default:
            return Int64(text).map(JSONValue.integer) ?? Double(text).map(JSONValue.number)
                ?? .string(text)
        }
    }
}
