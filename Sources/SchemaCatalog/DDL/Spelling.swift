import PostgresLink

/// A quoted identifier, as Prisma always writes them.
func quoted(_ name: String) -> String { Quoting.identifier(name) }

/// Names and types in the spelling of Prisma's own migration files.
struct Spelling {
    /// The schema whose objects are written without a prefix.
    var defaultSchema: String

    func name(_ id: SchemaObjectID) -> String { name(id.schema, id.name) }

    func name(_ schema: String, _ name: String) -> String {
        schema == defaultSchema || schema.isEmpty
            ? quoted(name) : "\(quoted(schema)).\(quoted(name))"
    }

    func list(_ names: [String], separator: String = ", ") -> String {
        names.map(quoted).joined(separator: separator)
    }

    /// A type: built-in ones in Prisma's capitals, others quoted.
    func type(_ type: TypeReference) -> String {
        guard type.schema == "pg_catalog" else {
            guard !type.hasModifier else { return type.text }
            return name(type.schema, type.name) + (type.isArray ? "[]" : "")
        }
        return Self.builtIn(type.text)
    }

    /// `character varying(20)[]` as `VARCHAR(20)[]`.
    static func builtIn(_ text: String) -> String {
        for (long, short) in families where text.hasPrefix(long.head) {
            let rest = text.dropFirst(long.head.count)
            guard rest.isEmpty || rest.first == "(" || rest.first == "[" || rest.first == " "
            else { continue }
            guard let tail = long.tail else { return short + rest }
            guard let range = rest.firstRange(of: tail) else { continue }
            return short + rest[..<range.lowerBound] + rest[range.upperBound...]
        }
        // `"char"` is a name of its own, and capitals would change nothing else.
        return text.contains("\"") ? text : text.uppercased()
    }

    private static let families: [(long: (head: String, tail: String?), short: String)] = [
        (("character varying", nil), "VARCHAR"), (("character", nil), "CHAR"),
        (("timestamp", " without time zone"), "TIMESTAMP"),
        (("timestamp", " with time zone"), "TIMESTAMPTZ"),
        (("time", " without time zone"), "TIME"), (("time", " with time zone"), "TIMETZ"),
        (("numeric", nil), "DECIMAL"), (("bit varying", nil), "VARBIT"),
    ]
}
