import PostgresLink
import Testing

/// A URL and what libpq is to be given for it.
struct URLCase: Sendable, CustomTestStringConvertible {
    var url: String
    var expected: [String: String]
    var schema: String?

    init(_ url: String, _ expected: [String: String], schema: String? = nil) {
        self.url = url
        self.expected = expected
        self.schema = schema
    }

    var testDescription: String { url }

    static let addresses: [URLCase] = [
        .init(
            "postgresql://app:pw@db.example.com:6432/shop",
            [
                "user": "app", "password": "pw", "host": "db.example.com", "port": "6432",
                "dbname": "shop",
            ]),
        .init("postgres://db/shop", ["host": "db", "port": "5432", "dbname": "shop"]),
        .init("postgresql:///shop", ["host": "localhost", "port": "5432", "dbname": "shop"]),
        .init("postgresql://db", ["host": "db", "dbname": "postgres"]),
        .init("postgresql://app@db/", ["user": "app", "host": "db"]),
        .init("postgresql://db/shop/more", ["dbname": "shop"]),
        .init("postgresql://[::1]:6432/shop", ["host": "::1", "port": "6432"]),
        .init("postgresql://[fe80::1]/shop", ["host": "fe80::1", "port": "5432"]),
        .init("postgresql://a:1,b:2/shop", ["host": "a,b", "port": "1,2"]),
        .init("postgresql://a,b:2/shop", ["host": "a,b", "port": "5432,2"]),
        .init(
            "postgresql:///shop?host=/var/run/postgresql",
            ["host": "/var/run/postgresql", "dbname": "shop"]),
        .init("postgresql://%2Fvar%2Frun/shop", ["host": "/var/run", "dbname": "shop"]),
        .init("postgresql://db/shop?host=other&port=7000", ["host": "other", "port": "7000"]),
        .init("postgresql://db/shop#fragment", ["dbname": "shop"]),
        .init("postgresql://db/caf%C3%A9", ["dbname": "café"]),
    ]

    static let credentials: [URLCase] = [
        .init("postgresql://u%40x:p%3Aw%2F%3F%23@db/s", ["user": "u@x", "password": "p:w/?#"]),
        .init("postgresql://u:p@ss@db/s", ["user": "u", "password": "p@ss", "host": "db"]),
        .init("postgresql://u:a%b@db/s", ["password": "a%b"]),
        .init("postgresql://u:a%+1b@db/s", ["password": "a%+1b"]),
        .init("postgresql://u:a%ffb@db/s", ["password": "a%ffb"]),
        .init("postgresql://u:a+b@db/s", ["password": "a+b"]),
        .init("postgresql://u:a:b@db/s", ["password": "a:b"]),
        .init("postgresql://u:@db/s", ["user": "u", "password": ""]),
        .init("postgresql://u:%F0%9F%90%98@db/s", ["password": "🐘"]),
    ]

    static let parameters: [URLCase] = [
        .init("postgresql://db/s?schema=app", [:], schema: "app"),
        .init("postgresql://db/s?schema=my+app", [:], schema: "my app"),
        .init("postgresql://db/s?schema=", [:]),
        .init("postgresql://db/s", ["connect_timeout": "5"]),
        .init("postgresql://db/s?connect_timeout=30", ["connect_timeout": "30"]),
        .init("postgresql://db/s?connect_timeout=0", ["connect_timeout": "0"]),
        .init("postgresql://db/s?application_name=a+b%2Bc", ["application_name": "a b+c"]),
        .init(
            "postgresql://db/s?options=-c%20search_path%3Dx", ["options": "-c search_path=x"]),
        .init("postgresql://db/s?channel_binding=require", ["channel_binding": "require"]),
        .init("postgresql://db/s?sslmode=verify-full", ["sslmode": "verify-full"]),
        .init("postgresql://db/s?sslmode=no-verify", ["sslmode": "require"]),
        .init("postgresql://db/s?sslmode=require&sslaccept=strict", ["sslmode": "verify-full"]),
        .init(
            "postgresql://db/s?sslmode=require&sslaccept=accept_invalid_certs",
            ["sslmode": "require"]),
        .init("postgresql://db/s?sslmode=disable&sslaccept=strict", ["sslmode": "disable"]),
        .init("postgresql://db/s?sslcert=/ca.pem", ["sslrootcert": "/ca.pem"]),
    ]

    /// Parameters of Prisma's own client, which libpq would refuse.
    static let clientOnly = [
        "connection_limit=5", "pgbouncer=true", "statement_cache_size=0", "pool_timeout=0",
        "socket_timeout=30", "max_connection_lifetime=1", "max_idle_connection_lifetime=300",
        "single_use_connections=true", "uselibpqcompat=true",
    ]
}

@Suite("A Prisma connection URL")
struct ConnectionTargetTests {
    @Test(
        "is read by Prisma's rules",
        arguments: URLCase.addresses + URLCase.credentials + URLCase.parameters)
    func reading(_ example: URLCase) throws {
        let target = try ConnectionTarget(url: example.url)
        for (keyword, value) in example.expected {
            #expect(target.value(of: keyword) == value, "\(keyword)")
        }
        #expect(target.schema == example.schema)
        #expect(target.notes.isEmpty)
    }

    @Test("leaves the database to the server when the path is only a slash")
    func bareSlash() throws {
        let target = try ConnectionTarget(url: "postgresql://app@db/")
        #expect(target.value(of: "dbname") == nil)
        #expect(target.databaseName == "app")
    }

    @Test("loses the parameters only Prisma's client knows", arguments: URLCase.clientOnly)
    func clientOnly(_ parameter: String) throws {
        let plain = try ConnectionTarget(url: "postgresql://db/s")
        let target = try ConnectionTarget(url: "postgresql://db/s?\(parameter)")
        #expect(target == plain)
    }

    @Test("says which parameter it does not know")
    func unknownParameter() throws {
        let target = try ConnectionTarget(url: "postgresql://db/s?colour=blue")
        #expect(target.notes.count == 1)
        #expect(target.notes.first?.contains("colour") == true)
        #expect(target.value(of: "colour") == nil)
    }

    @Test("keeps its credentials out of what is shown")
    func redaction() throws {
        let target = try ConnectionTarget(url: "postgresql://app:s3cret@db.example.com/shop")
        #expect(target.redacted == "app@db.example.com:5432/shop")
        #expect(target.database("other").redacted == "app@db.example.com:5432/other")
        #expect(target.hasPassword)
    }

    @Test(
        "knows a server of this machine",
        arguments: [
            ("postgresql://localhost/s", true), ("postgresql://127.0.0.1/s", true),
            ("postgresql://[::1]/s", true), ("postgresql:///s?host=/run", true),
            ("postgresql://db/s", false), ("postgresql://localhost,db/s", false),
            ("postgresql://localhost/s?host=db", false),
        ])
    func locality(_ url: String, _ isLocal: Bool) throws {
        #expect(try ConnectionTarget(url: url).isLocal == isLocal)
    }

    @Test(
        "that cannot be used is refused with the part that is wrong",
        arguments: [
            ("shop", "scheme"), ("mysql://db/s", "mysql://"),
            ("prisma://accelerate/?api_key=k", "proxy"),
            ("prisma+postgres://localhost/?api_key=k", "proxy"), ("postgresql://db:0/s", "port"),
            ("postgresql://db:65536/s", "port"), ("postgresql://db:http/s", "port"),
            ("postgresql://db/s?sslmode=verify", "sslmode"),
            ("postgresql://db/s?connect_timeout=soon", "connect_timeout"),
            ("postgresql://db/s?connect_timeout=-1", "connect_timeout"),
            ("postgresql://db/s?sslidentity=id.p12", "sslidentity"),
        ])
    func refusal(_ url: String, _ part: String) throws {
        let error = try #require(throws: ConnectionURLError.self) { try ConnectionTarget(url: url) }
        #expect("\(error)".contains(part))
    }

    /// A password with a character that should have been encoded ends the
    /// authority early, so that a part of it stands where a port, a path or a
    /// parameter is expected.
    @Test(
        "gives nothing of a password away, however it is mangled",
        arguments: [
            "mysql://app:hunter2@db/s", "postgresql://app:hunter2/x@db/s",
            "postgresql://app:hunter2?x@db/s", "postgresql://app:hunter2#x@db/s",
            "postgresql://app:1/hunter2@db/s", "postgresql://app:1?hunter2@db/s",
            "postgresql://app:1#hunter2@db/s", "postgresql://app:1?hunter2=1@db/s",
            "postgresql://app:hunter2@db:nine/s", "postgresql://app:hunter2@db/s?sslmode=x",
            "postgresql://app:hunter2@db/s?connect_timeout=x", "app:hunter2@db/s",
            "host=db password=hunter2 options=x://y", "postgresql://app:hunter2@db/s?sslidentity=x",
            "postgresql://app:[hunter2@db/s", "postgresql://db/s?password=hunter2&x=1",
        ])
    func secrecy(_ url: String) {
        do {
            let target = try ConnectionTarget(url: url)
            #expect(!target.redacted.contains("hunter2"))
            #expect(!target.notes.joined().contains("hunter2"))
        } catch {
            #expect(!"\(error)".contains("hunter2"))
        }
    }
}
