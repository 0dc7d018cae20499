import Yams

extension Scenario {
    /// - Parameters:
    ///   - node: the value of `scenario`.
    ///   - cleanup: the value of `cleanup`.
    ///   - reader: collects mistakes.
    /// - Returns: the steps that make sense.
    static func read(_ node: Node, _ cleanup: Node?, _ reader: inout NodeReader) -> Scenario {
        let nodes = reader.list(node, "scenario")
        if nodes.isEmpty, node.sequence != nil || reader.isEmpty(node) {
            reader.complain(node, "a scenario needs at least one step.")
        }
        var known: [String] = []
        let steps = nodes.compactMap { readStep($0, &known, &reader) }
        let last = cleanup.map { reader.list($0, "cleanup") } ?? []
        return Scenario(
            steps: steps, cleanup: last.compactMap { readStep($0, &known, &reader) })
    }

    /// `known` is what the steps so far have captured.
    private static func readStep(
        _ node: Node, _ known: inout [String], _ reader: inout NodeReader
    ) -> ScenarioStep? {
        let keys = ["name", "sql", "http", "capture", "expect"] + HTTPRequest.keys.sorted()
        let entries = reader.entries(node, of: "scenario step", known: keys)
        let values = Dictionary(entries.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        let isHTTP = values["http"] != nil
        guard isHTTP != (values["sql"] != nil) else {
            reader.complain(
                node,
                isHTTP
                    ? "a scenario step has one of sql and http, not both."
                    : "a scenario step needs sql or http.")
            return nil
        }
        for (key, value) in entries
        where !isHTTP && (HTTPRequest.keys.contains(key) || key == "expect") {
            reader.complain(value, "\(key) means nothing in a scenario step with sql.")
        }
        guard let action = action(values, &reader) else { return nil }
        let step = ScenarioStep(
            name: values["name"].flatMap { reader.string($0, "name") } ?? "", action: action,
            captures: values["capture"].map { captures($0, isHTTP: isHTTP, &reader) } ?? [])
        check(step, node, known, &reader)
        known += step.captures.map(\.name)
        return step
    }

    private static func action(
        _ values: [String: Node], _ reader: inout NodeReader
    ) -> ScenarioStep.Action? {
        if let node = values["sql"] {
            return reader.string(node, "sql").map(ScenarioStep.Action.sql)
        }
        guard let node = values["http"], let request = HTTPRequest.read(node, values, &reader)
        else { return nil }
        return .http(request, HTTPExpectation.read(values["expect"], &reader))
    }

    /// A value can be used only behind the step that captures it.
    private static func check(
        _ step: ScenarioStep, _ node: Node, _ known: [String], _ reader: inout NodeReader
    ) {
        for name in step.uses where !known.contains(name) {
            let nearest =
                NearestWord.to(name, among: known).map { "; did you mean “\($0)”?" } ?? "."
            reader.complain(node, "no step before this one captures “\(name)”\(nearest)")
        }
    }

    /// `capture: name` or `capture: { name: column }` behind SQL,
    /// `capture: { name: /pointer, other: header:Name }` behind a request.
    private static func captures(
        _ node: Node, isHTTP: Bool, _ reader: inout NodeReader
    ) -> [Capture] {
        guard node.mapping != nil else {
            guard !isHTTP else {
                reader.complain(
                    node,
                    "capture must name where each value is: { id: /job/id } or { place: header:Location }."
                )
                return []
            }
            return reader.string(node, "capture").map { name in
                checked(name, node, .firstValue, &reader)
            } ?? []
        }
        return reader.entries(node, of: "capture").flatMap { name, value -> [Capture] in
            guard let text = reader.string(value, name) else { return [] }
            guard isHTTP else { return checked(name, value, .column(text), &reader) }
            if text.hasPrefix("header:") {
                let header = text.dropFirst("header:".count).drop { $0 == " " }
                return checked(name, value, .header(String(header)), &reader)
            }
            guard let pointer = reader.pointer(text, at: value) else { return [] }
            return checked(name, value, .pointer(pointer), &reader)
        }
    }

    private static func checked(
        _ name: String, _ node: Node, _ source: Capture.Source, _ reader: inout NodeReader
    ) -> [Capture] {
        guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else {
            reader.complain(node, "a captured value is called by letters, digits and _.")
            return []
        }
        return [Capture(name: name, source: source)]
    }
}
