/// Which samples of a page count: `http_requests_total{code=~"5.."}`.
public struct MetricSelector: Sendable, Hashable, CustomStringConvertible {
    /// As written.
    public let description: String
    let name: String
    private let matchers: [Matcher]

    private struct Matcher: Sendable, Hashable {
        var label: String
        var comparison: Comparison
        var value: String

        func accepts(_ labels: [String: String]) -> Bool {
            let actual = labels[label] ?? ""
            switch comparison {
            case .equal: return actual == value
            case .unequal: return actual != value
            case .matches: return Self.matches(actual, value)
            case .differs: return !Self.matches(actual, value)
            }
        }

        /// Anchored at both ends, as in PromQL.
        static func matches(_ text: String, _ pattern: String) -> Bool {
            guard let expression = try? Regex(pattern) else { return false }
            return text.wholeMatch(of: expression) != nil
        }
    }

    private enum Comparison: String, CaseIterable, Sendable {
        case matches = "=~"
        case differs = "!~"
        case unequal = "!="
        case equal = "="
    }

    /// - Returns: `nil` for a text that is no selector.
    public init?(_ text: String) {
        let text = text.split(separator: " ").joined(separator: " ")
        let name = text.prefix { $0 != "{" }
        guard !name.isEmpty, name.allSatisfy(Self.isNameCharacter) else { return nil }
        var rest = text.dropFirst(name.count)
        var matchers: [Matcher] = []
        if !rest.isEmpty {
            guard rest.popFirst() == "{" else { return nil }
            while let matcher = Self.matcher(&rest) {
                matchers.append(matcher)
                rest = rest.drop { $0 == "," || $0 == " " }
            }
            guard rest == "}" else { return nil }
        }
        description = text
        self.name = String(name)
        self.matchers = matchers
    }

    func accepts(_ name: String, _ labels: [String: String]) -> Bool {
        name == self.name && matchers.allSatisfy { $0.accepts(labels) }
    }

    /// The same choice of another metric, such as the buckets of a histogram.
    func accepts(_ name: String, suffix: String, _ labels: [String: String]) -> Bool {
        name == self.name + suffix && matchers.allSatisfy { $0.accepts(labels) }
    }

    private static func matcher(_ rest: inout Substring) -> Matcher? {
        rest = rest.drop { $0 == " " }
        let label = rest.prefix(while: isNameCharacter)
        var tail = rest.dropFirst(label.count).drop { $0 == " " }
        guard !label.isEmpty,
            let comparison = Comparison.allCases.first(where: { tail.hasPrefix($0.rawValue) })
        else { return nil }
        tail = tail.dropFirst(comparison.rawValue.count).drop { $0 == " " }
        guard let value = MetricsPage.quoted(&tail) else { return nil }
        if comparison == .matches || comparison == .differs, (try? Regex(value)) == nil {
            return nil
        }
        rest = tail.drop { $0 == " " }
        return Matcher(label: String(label), comparison: comparison, value: value)
    }

    static func isNameCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "_:".contains(character))
    }
}
