/// Text from the configuration with `${NAME}` references to variables.
///
/// Resolved only when it is used, so that a deployment to staging does not
/// need production's secrets.
public struct Template: Sendable, Hashable {
    /// As written; holds no secret as long as secrets are references.
    public var raw: String
    /// Its line in the file, from 1.
    public var line: Int

    public init(raw: String, line: Int = 0) {
        self.raw = raw
        self.line = line
    }

    /// The names of the variables it refers to, in order.
    public var references: [String] {
        parts.compactMap { if case .reference(let name) = $0 { name } else { nil } }
    }

    /// Replaces every reference by the variable's value.
    ///
    /// - Throws: ``MissingVariable`` for the first one that is not set or empty.
    public func resolve(_ variables: [String: String]) throws(MissingVariable) -> String {
        try resolve(variables) { $0 }
    }

    /// The same, with every value in the form its place needs.
    func resolve(
        _ variables: [String: String], as form: (String) -> String
    ) throws(MissingVariable) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .literal(let literal): text += literal
            case .reference(let name):
                guard let value = variables[name], !value.isEmpty else {
                    throw MissingVariable(name: name, line: line)
                }
                text += form(value)
            }
        }
        return text
    }

    /// The text with the same stand-in for every reference.
    func filled(with standIn: String) -> String {
        parts.map { if case .literal(let literal) = $0 { String(literal) } else { standIn } }
            .joined()
    }

    private enum Part {
        case literal(Substring)
        case reference(String)
    }

    private var parts: [Part] {
        var parts: [Part] = []
        var rest = raw[...]
        while let open = rest.firstRange(of: "${") {
            guard let close = rest[open.upperBound...].firstIndex(of: "}") else { break }
            parts.append(.literal(rest[..<open.lowerBound]))
            parts.append(.reference(String(rest[open.upperBound..<close])))
            rest = rest[rest.index(after: close)...]
        }
        return parts + [.literal(rest)]
    }
}

/// A `${NAME}` whose variable is not set.
public struct MissingVariable: Error, Sendable, Hashable, CustomStringConvertible {
    public var name: String
    public var line: Int

    public var description: String {
        line == 0
            ? "the variable \(name) is not set."
            : "the variable \(name), used in line \(line), is not set."
    }
}
