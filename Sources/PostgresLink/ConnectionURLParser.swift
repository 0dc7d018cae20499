/// Reads a Prisma connection URL piece by piece.
///
/// The rules are those of Prisma 2 to 7 (quaint's `url.rs`), stricter where
/// Prisma silently ignores what it does not understand and the result would be
/// less safe than what was asked for.
struct ConnectionURLParser {
    private(set) var parameters: [ConnectionTarget.Parameter] = []
    private(set) var schema: String?
    private(set) var notes: [String] = []
    private var acceptsInvalidCertificates = true
    /// Whether the query may be a part of a password that holds a bare `?`.
    private var keysMayBeSecret = false

    /// Parameters of Prisma's own client and pool: no meaning for one session.
    private static let clientOnly: Set<String> = [
        "connection_limit", "pgbouncer", "statement_cache_size", "pool_timeout", "socket_timeout",
        "max_connection_lifetime", "max_idle_connection_lifetime", "single_use_connections",
        "uselibpqcompat", "api_key",
    ]

    /// libpq keywords that may be passed on as they are.
    private static let passedOn: Set<String> = [
        "host", "hostaddr", "port", "user", "password", "passfile", "channel_binding",
        "connect_timeout",
        "client_encoding", "options", "application_name", "keepalives", "keepalives_idle",
        "keepalives_interval", "keepalives_count", "tcp_user_timeout", "sslrootcert", "sslkey",
        "sslcrl", "sslcrldir", "sslsni", "ssl_min_protocol_version", "ssl_max_protocol_version",
        "gssencmode", "krbsrvname", "target_session_attrs", "sslcompression", "requirepeer",
    ]

    mutating func read(_ url: String) throws(ConnectionURLError) {
        guard let scheme = url.firstRange(of: "://") else {
            throw ConnectionURLError(
                "the connection URL has no scheme; it starts with postgresql:// or postgres://.")
        }
        try checkScheme(String(url[..<scheme.lowerBound]))
        try checkForBareMarks(url[scheme.upperBound...])
        let rest = url[scheme.upperBound...].prefix { $0 != "#" }
        let query = rest.firstIndex(of: "?").map { rest[rest.index(after: $0)...] }
        let beforeQuery = rest.prefix { $0 != "?" }
        let authority = beforeQuery.prefix { $0 != "/" }
        try readAuthority(authority)
        readPath(beforeQuery.dropFirst(authority.count))
        for pair in (query ?? "").split(separator: "&") {
            try readQuery(pair)
        }
        finishEncryption()
        set("connect_timeout", unlessGiven: "5")
    }

    /// A password with a bare `/`, `?` or `#` in it ends the authority early. What
    /// follows would be shown as the database's name or as a parameter's.
    private mutating func checkForBareMarks(_ rest: Substring) throws(ConnectionURLError) {
        let authority = rest.prefix { !"/?#".contains($0) }
        guard !authority.contains("@"), let at = rest.lastIndex(of: "@") else { return }
        keysMayBeSecret = true
        let query = rest.firstIndex(of: "?") ?? rest.endIndex
        let fragment = rest.firstIndex(of: "#") ?? rest.endIndex
        if at < query || at > fragment {
            throw ConnectionURLError(
                "there is an “@” behind the server's name; a “/”, “?”, “#” or “@” in a user, "
                    + "password or database name is written %2F, %3F, %23 or %40.")
        }
    }

    private func checkScheme(_ scheme: String) throws(ConnectionURLError) {
        let isName = scheme.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "+") }
        switch isName ? scheme : "" {
        case "postgresql", "postgres": return
        case "prisma", "prisma+postgres":
            throw ConnectionURLError(
                "\(scheme):// is a proxy that speaks no PostgreSQL; give the direct postgresql:// URL."
            )
        default:
            throw ConnectionURLError(
                "\(isName ? scheme : "what stands before ")"
                    + ":// is not a PostgreSQL URL; it starts with postgresql:// or postgres://."
            )
        }
    }

    private mutating func readAuthority(_ authority: Substring) throws(ConnectionURLError) {
        var hosts = authority
        if let at = authority.lastIndex(of: "@") {
            let credentials = authority[..<at]
            hosts = authority[authority.index(after: at)...]
            let user = credentials.prefix { $0 != ":" }
            if !user.isEmpty { set("user", Self.decoded(user)) }
            if user.count < credentials.count {
                set("password", Self.decoded(credentials.dropFirst(user.count + 1)))
            }
        }
        try readHosts(hosts)
    }

    private mutating func readHosts(_ list: Substring) throws(ConnectionURLError) {
        var hosts: [String] = []
        var ports: [String] = []
        for entry in list.split(separator: ",", omittingEmptySubsequences: false) {
            let (host, port) = Self.splitPort(entry)
            if let port, !port.isEmpty, Int(port).map({ (1...65535).contains($0) }) != true {
                // Not shown: it is a part of the password where that holds a bare “/”.
                throw ConnectionURLError(
                    "the port is not a number from 1 to 65535; a “/”, “?”, “#” or “@” in a "
                        + "password is written %2F, %3F, %23 or %40.")
            }
            hosts.append(host.isEmpty ? "localhost" : Self.decoded(host))
            ports.append(port.map(String.init) ?? "")
        }
        set("host", hosts.joined(separator: ","))
        set("port", ports.map { $0.isEmpty ? "5432" : $0 }.joined(separator: ","))
    }

    private static func splitPort(_ entry: Substring) -> (host: Substring, port: Substring?) {
        if entry.hasPrefix("["), let end = entry.firstIndex(of: "]") {
            let after = entry[entry.index(after: end)...]
            return (entry[..<end].dropFirst(), after.hasPrefix(":") ? after.dropFirst() : nil)
        }
        guard let colon = entry.lastIndex(of: ":") else { return (entry, nil) }
        return (entry[..<colon], entry[entry.index(after: colon)...])
    }

    /// No path means the database `postgres`; a bare `/` leaves the choice to
    /// the server, which takes the user's name.
    private mutating func readPath(_ path: Substring) {
        if path.isEmpty {
            set("dbname", "postgres")
        } else if let name = path.dropFirst().split(separator: "/").first {
            set("dbname", Self.decoded(name))
        }
    }

    private mutating func readQuery(_ pair: Substring) throws(ConnectionURLError) {
        let key = String(pair.prefix { $0 != "=" })
        let value = Self.decoded(pair.dropFirst(key.count + 1), plusIsSpace: true)
        switch key {
        case "schema": schema = value.isEmpty ? nil : value
        case "sslmode": try readEncryption(value)
        case "sslaccept": acceptsInvalidCertificates = value == "accept_invalid_certs"
        case "sslcert": set("sslrootcert", value)
        case "sslidentity", "sslpassword":
            throw ConnectionURLError(
                "“\(key)” (a PKCS#12 identity) is not supported; give sslkey and a client certificate by libpq's PGSSLCERT."
            )
        case "connect_timeout":
            guard let seconds = Int(value), seconds >= 0 else {
                throw ConnectionURLError("connect_timeout “\(value)” is not a number of seconds.")
            }
            set(key, value)
        case _ where Self.passedOn.contains(key): set(key, value)
        case _ where Self.clientOnly.contains(key): break
        default:
            let name = keysMayBeSecret ? "a URL parameter" : "the URL parameter “\(key)”"
            notes.append("\(name) is not known and was ignored.")
        }
    }

    private mutating func readEncryption(_ mode: String) throws(ConnectionURLError) {
        switch mode {
        case "disable", "allow", "prefer", "require", "verify-ca", "verify-full":
            set("sslmode", mode)
        case "no-verify": set("sslmode", "require")
        default:
            throw ConnectionURLError(
                "sslmode “\(mode)” is none of disable, prefer, require, verify-ca, verify-full.")
        }
    }

    /// `sslaccept=strict` checks chain and host, which libpq calls verify-full.
    private mutating func finishEncryption() {
        let mode = parameters.last { $0.keyword == "sslmode" }?.value
        if !acceptsInvalidCertificates, mode != "disable" { set("sslmode", "verify-full") }
    }

    private mutating func set(_ keyword: String, _ value: String) {
        parameters.removeAll { $0.keyword == keyword }
        parameters.append(ConnectionTarget.Parameter(keyword: keyword, value: value))
    }

    private mutating func set(_ keyword: String, unlessGiven value: String) {
        if !parameters.contains(where: { $0.keyword == keyword }) { set(keyword, value) }
    }

    /// Percent-decodes; text that is not valid after decoding stays as it was,
    /// as Prisma keeps it.
    private static func decoded(_ text: Substring, plusIsSpace: Bool = false) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), digits.count == 2, digits.allSatisfy(\.isHexDigit),
                let value = UInt8(digits, radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(validating: bytes, as: UTF8.self) ?? String(text)
    }
}
