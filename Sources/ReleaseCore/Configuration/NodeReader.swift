import Yams

/// Reads YAML nodes and collects every mistake instead of stopping at the first.
struct NodeReader {
    private(set) var mistakes: [ConfigurationError.Mistake] = []

    mutating func complain(_ node: Node?, _ message: String) {
        complain(at: node?.mark?.line ?? 0, message)
    }

    mutating func complain(at line: Int, _ message: String) {
        mistakes.append(.init(line: line, message: message))
    }

    /// The entries of a mapping with string keys, in order. Unknown and
    /// repeated keys are mistakes.
    mutating func entries(
        _ node: Node, of what: String, known: [String]? = nil
    ) -> [(key: String, value: Node)] {
        if isEmpty(node) { return [] }
        guard let mapping = node.mapping else {
            complain(node, "\(what) must be a mapping of keys to values.")
            return []
        }
        var entries: [(key: String, value: Node)] = []
        for (keyNode, value) in mapping {
            let key = keyNode.scalar?.string ?? ""
            if let known, !known.contains(key) {
                complain(keyNode, unknown(key, in: what, known: known))
            } else {
                entries.append((key, value))
            }
        }
        return entries
    }

    private func unknown(_ key: String, in what: String, known: [String]) -> String {
        if let nearest = NearestWord.to(key, among: known) {
            return "unknown key “\(key)” in \(what); did you mean “\(nearest)”?"
        }
        return "unknown key “\(key)” in \(what); it knows \(known.joined(separator: ", "))."
    }

    mutating func string(_ node: Node, _ what: String) -> String? {
        guard let scalar = node.scalar, !isEmpty(node) else {
            complain(node, "\(what) must be text.")
            return nil
        }
        return scalar.string
    }

    mutating func integer(_ node: Node, _ what: String, _ range: ClosedRange<Int>) -> Int? {
        guard let value = node.scalar.flatMap({ Int($0.string) }), range.contains(value) else {
            complain(
                node, "\(what) must be a number from \(range.lowerBound) to \(range.upperBound).")
            return nil
        }
        return value
    }

    mutating func boolean(_ node: Node, _ what: String) -> Bool? {
        switch node.scalar?.string {
        case "true": return true
        case "false": return false
        default:
            complain(node, "\(what) must be true or false.")
            return nil
        }
    }

    mutating func duration(_ node: Node, _ what: String) -> Duration? {
        guard let text = node.scalar?.string, let value = DurationText.parse(text) else {
            complain(node, "\(what) must be a duration such as 500ms, 5s, 30m or 24h.")
            return nil
        }
        return value
    }

    mutating func list(_ node: Node, _ what: String) -> [Node] {
        if isEmpty(node) { return [] }
        guard let sequence = node.sequence else {
            complain(node, "\(what) must be a list.")
            return []
        }
        return Array(sequence)
    }

    /// Whether a value was left out: `key:` with nothing behind it.
    func isEmpty(_ node: Node) -> Bool {
        guard let scalar = node.scalar else { return false }
        return scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
    }
}
