/// The name of a database object as a script writes it: folded to lower case unless quoted.
public struct ObjectName: Sendable, Hashable, Codable, CustomStringConvertible {
    /// nil where the script leaves it to the search path.
    public let schema: String?
    /// The name itself.
    public let name: String

    /// Makes a name from its parts.
    public init(schema: String? = nil, name: String) {
        self.schema = schema
        self.name = name
    }

    /// The name as SQL writes it, quoted where needed.
    public var description: String {
        schema.map { "\(Self.quote($0)).\(quotedName)" } ?? quotedName
    }

    private var quotedName: String { Self.quote(name) }

    /// Whether a word of a script is this name, without its schema.
    func isWritten(as word: Substring) -> Bool {
        word.first == "\"" ? String(word) == "\"\(name)\"" : word.lowercased() == name
    }

    /// The name in the schema that the search path would give it.
    func resolved(in defaultSchema: String) -> ObjectName {
        ObjectName(schema: schema ?? defaultSchema, name: name)
    }

    /// An identifier as SQL writes it.
    public static func quote(_ identifier: String) -> String {
        let isPlain =
            identifier.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "_")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            } && identifier.utf8.first.map { $0 > UInt8(ascii: "9") } ?? false
        if isPlain { return identifier }
        return "\""
            + identifier.split(separator: "\"", omittingEmptySubsequences: false).joined(
                separator: "\"\"") + "\""
    }
}
