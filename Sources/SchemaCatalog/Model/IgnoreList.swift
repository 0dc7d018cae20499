/// What a snapshot leaves out, because it belongs to tools and not to the
/// application's schema.
public struct IgnoreList: Sendable, Hashable {
    public var schemas: Set<String>
    /// Names in any schema; `*` stands for any characters.
    public var tables: Set<String>

    public init(schemas: Set<String> = [], tables: Set<String> = []) {
        self.schemas = schemas
        self.tables = tables
    }

    /// sluice's ledger and Prisma's history.
    public static let sluice = IgnoreList(schemas: ["_sluice"], tables: ["_prisma_migrations"])

    public static let nothing = IgnoreList()

    func covers(_ id: SchemaObjectID) -> Bool {
        if schemas.contains(id.kind == .schema ? id.name : id.schema) { return true }
        guard id.kind.isMember || id.kind == .table || id.kind.isView else { return false }
        return tables.contains { Self.matches(id.name[...], $0[...]) }
    }

    /// Whether a name fits a pattern in which `*` stands for any characters.
    public static func matches(_ text: String, pattern: String) -> Bool {
        matches(text[...], pattern[...])
    }

    static func matches(_ text: Substring, _ pattern: Substring) -> Bool {
        guard let mark = pattern.first else { return text.isEmpty }
        let rest = pattern.dropFirst()
        if mark == "*" {
            return matches(text, rest) || (!text.isEmpty && matches(text.dropFirst(), pattern))
        }
        return text.first == mark && matches(text.dropFirst(), rest)
    }
}
