/// An index from its keys on, in Prisma's words where these say everything.
struct IndexText {
    let text: String

    /// - Parameter server: the server's text from the access method on.
    init(_ server: String) {
        let method = server.prefix { $0 != " " }
        let using = method == "btree" ? "" : " USING \(method.uppercased()) "
        let rest = server.dropFirst(method.count).drop { $0 == " " }
        guard let end = Self.closing(rest) else {
            text = " USING " + server
            return
        }
        let inner = rest[..<end].dropFirst()
        let keys = Self.split(inner).map(Self.quotedKey)
        text = using + "(" + keys.joined(separator: ", ") + rest[end...]
    }

    /// The parenthesis that closes the first one.
    private static func closing(_ text: Substring) -> Substring.Index? {
        var depth = 0
        var quote: Character?
        for index in text.indices {
            let character = text[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "(" {
                depth += 1
            } else if character == ")" {
                depth -= 1
                if depth == 0 { return index }
            }
        }
        return nil
    }

    /// At commas outside quotes and parentheses.
    private static func split(_ text: Substring) -> [String] {
        var parts = [""]
        var depth = 0
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "(" {
                depth += 1
            } else if character == ")" {
                depth -= 1
            } else if character == ",", depth == 0 {
                parts.append("")
                continue
            }
            if character == " ", parts[parts.count - 1].isEmpty { continue }
            parts[parts.count - 1].append(character)
        }
        return parts
    }

    /// `slug DESC` as `"slug" DESC`; expressions stay as they are.
    private static func quotedKey(_ key: String) -> String {
        let name = key.prefix { $0 != " " }
        guard let first = name.first, first == "_" || first.isLetter,
            name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "$" })
        else { return key }
        return quoted(String(name)) + key.dropFirst(name.count)
    }
}
