/// Where a schema to compare comes from, as the command line names it.
public enum SchemaOrigin: Sendable, Hashable, CustomStringConvertible {
    /// `env:NAME`: the database of an environment as it is.
    case environment(String)
    /// `commit:REV`: what the migrations of a commit produce.
    case commit(String)
    /// `migrations:DIR`: what the migrations of a plain folder produce.
    case migrations(String)
    /// `url:postgresql://...`: a database as it is.
    case url(String)
    /// `empty`: nothing at all.
    case empty

    /// Reads `KIND:VALUE`; `nil` where that is no origin.
    public init?(_ text: String) {
        if text == "empty" {
            self = .empty
            return
        }
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let value = String(text[text.index(after: colon)...])
        guard !value.isEmpty else { return nil }
        switch text[..<colon] {
        case "env": self = .environment(value)
        case "commit": self = .commit(value)
        case "migrations": self = .migrations(value)
        case "url": self = .url(value)
        case "postgresql", "postgres": self = .url(text)
        default: return nil
        }
    }

    /// As it is written on the command line; of a URL nothing but its kind,
    /// which may hold a password.
    public var description: String {
        switch self {
        case .environment(let name): "env:\(name)"
        case .commit(let revision): "commit:\(revision)"
        case .migrations(let directory): "migrations:\(directory)"
        case .url: "url"
        case .empty: "empty"
        }
    }
}
