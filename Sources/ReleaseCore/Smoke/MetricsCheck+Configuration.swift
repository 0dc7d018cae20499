import Yams

extension MetricsCheck {
    private static let sources = ["prometheus", "endpoint", "database"]
    private static let signals = ["ratio", "rate", "value", "p50", "p95", "p99"]

    /// - Parameters:
    ///   - node: the value of `metrics`.
    ///   - values: the entries beside it.
    ///   - reader: collects mistakes.
    /// - Returns: the check; `nil` when it has no source.
    static func read(
        _ node: Node, _ values: [String: Node], _ reader: inout NodeReader
    ) -> MetricsCheck? {
        let entries = reader.entries(
            node, of: "metrics", known: sources + ["query", "headers"] + signals)
        let parts = Dictionary(entries.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        let found = sources.filter { parts[$0] != nil }
        guard found.count == 1 else {
            reader.complain(
                node, "metrics has exactly one of prometheus, endpoint and database.")
            return nil
        }
        for (key, value) in entries where !keys(for: found[0]).contains(key) {
            reader.complain(value, "\(key) means nothing in metrics with \(found[0]).")
        }
        guard let source = source(found[0], node, parts, &reader) else { return nil }
        var check = MetricsCheck(
            source: source,
            window: values["window"].flatMap { reader.time($0, "window") } ?? .seconds(60),
            limits: Limits())
        if let expect = values["expect"] {
            check.readLimits(expect, &reader)
        } else {
            reader.complain(node, "a metrics check needs expect: max, min or max_increase.")
        }
        return check
    }

    private static func keys(for source: String) -> Set<String> {
        switch source {
        case "prometheus": ["prometheus", "query", "headers"]
        case "endpoint": Set(["endpoint", "headers"] + signals)
        default: ["database"]
        }
    }

    private static func source(
        _ kind: String, _ node: Node, _ parts: [String: Node], _ reader: inout NodeReader
    ) -> Source? {
        guard let value = parts[kind] else { return nil }
        if kind == "database" {
            let names = DatabaseSignal.allCases.map(\.rawValue)
            let name = reader.string(value, kind) ?? ""
            if let signal = DatabaseSignal(rawValue: name) { return .database(signal) }
            let nearest =
                NearestWord.to(name, among: names).map { "; did you mean “\($0)”?" } ?? "."
            reader.complain(
                value, "database must be one of \(names.joined(separator: ", "))\(nearest)")
            return nil
        }
        guard let url = HTTPRequest.address(value, kind, &reader) else { return nil }
        let headers = parts["headers"].map { reader.templates($0, of: "headers") } ?? [:]
        guard kind == "prometheus" else {
            return signal(node, parts, &reader).map {
                .endpoint(url: url, signal: $0, headers: headers)
            }
        }
        guard let query = parts["query"].flatMap({ reader.string($0, "query") }) else {
            reader.complain(node, "metrics with prometheus needs a query.")
            return nil
        }
        return .prometheus(url: url, query: query, headers: headers)
    }

    private static func signal(
        _ node: Node, _ parts: [String: Node], _ reader: inout NodeReader
    ) -> Signal? {
        let found = signals.filter { parts[$0] != nil }
        guard found.count == 1, let value = parts[found[0]] else {
            reader.complain(
                node, "metrics with endpoint has exactly one of \(signals.joined(separator: ", "))."
            )
            return nil
        }
        guard found[0] == "ratio" else {
            guard let selector = selector(value, found[0], &reader) else { return nil }
            switch found[0] {
            case "rate": return .rate(selector)
            case "value": return .value(selector)
            case "p50": return .quantile(0.5, selector)
            case "p95": return .quantile(0.95, selector)
            default: return .quantile(0.99, selector)
            }
        }
        let pair = reader.list(value, "ratio").compactMap { selector($0, "ratio", &reader) }
        guard pair.count == 2 else {
            reader.complain(value, "ratio must be a list of two metrics: a part and its whole.")
            return nil
        }
        return .ratio(pair[0], pair[1])
    }

    private static func selector(
        _ node: Node, _ key: String, _ reader: inout NodeReader
    ) -> MetricSelector? {
        guard let text = reader.string(node, key) else { return nil }
        if let selector = MetricSelector(text) { return selector }
        reader.complain(
            node, "“\(text)” is no metric such as http_requests_total{code=~\"5..\"}.")
        return nil
    }

    private mutating func readLimits(_ node: Node, _ reader: inout NodeReader) {
        let entries = reader.entries(
            node, of: "expect", known: ["max", "min", "max_increase", "tolerance", "no_data"])
        for (key, value) in entries {
            switch key {
            case "max": limits.most = reader.number(value, key)?.number
            case "min": limits.least = reader.number(value, key)?.number
            case "tolerance": limits.tolerance = reader.number(value, key)?.number ?? 0
            case "max_increase":
                limits.increase = reader.number(value, key).map {
                    $0.isPercent ? .relative($0.number) : .absolute($0.number)
                }
            default: withoutData = Self.outcome(value, &reader)
            }
        }
        if !entries.contains(where: { ["max", "min", "max_increase"].contains($0.key) }) {
            reader.complain(node, "a metrics check needs max, min or max_increase.")
        }
    }

    private static func outcome(_ node: Node, _ reader: inout NodeReader) -> SmokeRun.Outcome {
        switch node.scalar?.string {
        case "pass": return .passed
        case "fail": return .failed
        case "unknown": return .error
        default:
            reader.complain(node, "no_data must be pass, fail or unknown.")
            return .error
        }
    }

    /// What to call a check that has no name.
    var title: String {
        switch source {
        case .prometheus(_, let query, _): String(query.prefix(40))
        case .endpoint(let url, _, _): url.raw
        case .database(let signal): signal.rawValue
        }
    }
}

extension NodeReader {
    /// `0.01` or `1%`.
    mutating func number(_ node: Node, _ key: String) -> (number: Double, isPercent: Bool)? {
        let text = node.scalar?.string ?? ""
        let isPercent = text.hasSuffix("%")
        let digits = isPercent ? text.dropLast().trimmingSuffix { $0 == " " } : text[...]
        guard let number = Double(digits), number.isFinite else {
            complain(node, "\(key) must be a number such as 0.01 or 1%.")
            return nil
        }
        return (isPercent ? number / 100 : number, isPercent)
    }
}

extension Substring {
    fileprivate func trimmingSuffix(_ isOff: (Character) -> Bool) -> Substring {
        var rest = self
        while let last = rest.last, isOff(last) { rest.removeLast() }
        return rest
    }
}
