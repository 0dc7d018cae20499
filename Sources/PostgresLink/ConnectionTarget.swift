/// Where to connect: libpq parameters taken from a Prisma connection URL.
///
/// Prisma reads its URLs with rules of its own, so a URL that works there is
/// translated here rather than handed to libpq: parameters only Prisma's
/// client knows are dropped, `sslcert` becomes libpq's `sslrootcert`, and `+`
/// in a query value is a space.
public struct ConnectionTarget: Sendable, Hashable {
    /// libpq connection parameters in order; holds the password.
    public private(set) var parameters: [Parameter]
    /// The `schema` of the URL: the one schema on the search path, where given.
    public private(set) var schema: String?
    /// What the URL asked for that is not honoured, in words.
    public private(set) var notes: [String]

    /// One libpq keyword with its value.
    public struct Parameter: Sendable, Hashable {
        public var keyword: String
        public var value: String
    }

    /// Reads a `postgresql://` or `postgres://` URL.
    ///
    /// - Throws: ``ConnectionURLError`` with the part that cannot be used; its
    ///   text never holds the password.
    public init(url: String) throws(ConnectionURLError) {
        var parser = ConnectionURLParser()
        try parser.read(url)
        parameters = parser.parameters
        schema = parser.schema
        notes = parser.notes
    }

    /// The last value given for a libpq keyword.
    public func value(of keyword: String) -> String? {
        parameters.last { $0.keyword == keyword }?.value
    }

    /// The same server and role with another database.
    public func database(_ name: String) -> ConnectionTarget {
        var copy = self
        copy.parameters.removeAll { $0.keyword == "dbname" }
        copy.parameters.append(Parameter(keyword: "dbname", value: name))
        return copy
    }

    /// The same target with a libpq keyword that the URL does not set.
    public func withDefault(_ keyword: String, _ value: String) -> ConnectionTarget {
        guard self.value(of: keyword) == nil else { return self }
        var copy = self
        copy.parameters.append(Parameter(keyword: keyword, value: value))
        return copy
    }

    /// The database's name, as libpq will resolve it.
    public var databaseName: String { value(of: "dbname") ?? value(of: "user") ?? "postgres" }

    /// Host and port for people: `db.example.com:5432`, or the socket folder.
    public var server: String {
        let host = value(of: "host") ?? "localhost"
        return host.hasPrefix("/") ? host : "\(host):\(value(of: "port") ?? "5432")"
    }

    /// Whether every host is this machine, so that a password in a file gives
    /// nothing away that the file's reader could not reach anyway.
    public var isLocal: Bool {
        (value(of: "host") ?? "localhost").split(separator: ",").allSatisfy { host in
            host.hasPrefix("/") || ["localhost", "127.0.0.1", "::1"].contains(host)
        }
    }

    public var hasPassword: Bool { value(of: "password").map { !$0.isEmpty } ?? false }

    /// The target without its password, for output: `app@db.example.com:5432/shop`.
    public var redacted: String {
        let user = value(of: "user").map { "\($0)@" } ?? ""
        return "\(user)\(server)/\(databaseName)"
    }
}

/// A connection URL that cannot be used. Carries no secret.
public struct ConnectionURLError: Error, Sendable, Hashable, CustomStringConvertible {
    public var description: String

    init(_ description: String) {
        self.description = description
    }
}
