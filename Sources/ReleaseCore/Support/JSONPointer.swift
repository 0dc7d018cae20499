/// A path into a JSON value, as RFC 6901 writes it: `/user/roles/0`.
public struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    /// As written.
    public let description: String
    private let tokens: [String]

    /// - Returns: `nil` for a text that is no pointer: it neither is empty nor
    ///   begins with a slash, or has a `~` that is neither `~0` nor `~1`.
    public init?(_ text: String) {
        guard text.isEmpty || text.hasPrefix("/") else { return nil }
        var tokens: [String] = []
        for part in text.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            guard let token = Self.unescaped(part) else { return nil }
            tokens.append(token)
        }
        description = text
        self.tokens = tokens
    }

    private static func unescaped(_ part: Substring) -> String? {
        var text = ""
        var rest = part
        while let tilde = rest.firstIndex(of: "~") {
            text += rest[..<tilde]
            rest = rest[rest.index(after: tilde)...]
            switch rest.popFirst() {
            case "0": text += "~"
            case "1": text += "/"
            default: return nil
            }
        }
        return text + rest
    }

    /// The value it points to; `nil` when there is none.
    func value(in root: JSONValue) -> JSONValue? {
        var value = root
        for token in tokens {
            switch value {
            case .object(let members):
                guard let next = members[token] else { return nil }
                value = next
            case .array(let values):
                guard let index = Self.index(token), values.indices.contains(index) else {
                    return nil
                }
                value = values[index]
            default: return nil
            }
        }
        return value
    }

    /// Digits without a leading zero (RFC 6901, section 4).
    private static func index(_ token: String) -> Int? {
        guard !token.isEmpty, token.utf8.allSatisfy({ (48...57).contains($0) }),
            token == "0" || !token.hasPrefix("0")
        else { return nil }
        return Int(token)
    }
}
