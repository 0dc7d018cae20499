import Crypto
import Glibc
import PostgresLink
import Sandbox

/// A copy of an environment's schema in the sandbox, without its rows, made by pg_dump.
///
/// The copy is kept under the checksum of the dump, so that the next rehearsal on the same schema
/// finds it ready.
struct SchemaCopy {
    let link: EnvironmentLink
    let cluster: SandboxCluster
    let installation: ServerInstallation
    private static let prefix = "schema_"
    /// How many copies of older schemas stay.
    private static let kept = 4

    /// The database with the copy.
    ///
    /// - Throws: ``ReleaseError`` where the schema cannot be read or does not apply here.
    func database() throws -> String {
        let dump = try self.dump()
        let hash = Hexadecimal.encode(SHA256.hash(data: Array(dump.utf8)))
        let name = Self.prefix + String(hash.prefix(24))
        if try cluster.databaseExists(name) { return name }
        let building = "building_\(UUID4.make().prefix(13))"
        try cluster.createDatabase(building)
        do {
            try restore(dump, into: building)
            try rename(building, to: name)
        } catch {
            try? cluster.dropDatabase(building)
            throw error
        }
        return name
    }

    /// The schema as SQL, without owners and privileges: the roles are the environment's own.
    private func dump() throws -> String {
        let process = BoundedProcess(
            executable: "\(installation.bindir)/pg_dump",
            arguments: [
                "--schema-only", "--no-owner", "--no-privileges", "--no-tablespaces",
                "--no-publications", "--no-subscriptions", "--exclude-schema=_sluice",
            ],
            environment: Self.variables(of: link.target), timeout: .seconds(600),
            outputLimit: 1 << 30)
        let output = try process.run(Interrupt())
        guard output.status == 0, output.endedFor == nil else {
            throw ReleaseError(
                .failed,
                "pg_dump cannot read the schema of \(link.environment.name): "
                    + PostgresSession.oneLine(String(decoding: output.stderr, as: UTF8.self)),
                state: "nothing was changed.",
                next: [
                    "pg_dump must be as new as the server: name a folder of a newer PostgreSQL with SLUICE_PG_BINDIR."
                ])
        }
        // Commands for psql, which no server knows.
        return String(decoding: output.stdout, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false
        ).filter { !$0.hasPrefix("\\") && !$0.hasPrefix("--") }.joined(separator: "\n")
    }

    /// Connection parameters as libpq's variables, so that no secret is an argument.
    private static func variables(of target: ConnectionTarget) -> [String: String] {
        let names = [
            "host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "dbname": "PGDATABASE",
            "user": "PGUSER", "password": "PGPASSWORD", "passfile": "PGPASSFILE",
            "sslmode": "PGSSLMODE", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY",
            "sslrootcert": "PGSSLROOTCERT", "channel_binding": "PGCHANNELBINDING",
            "connect_timeout": "PGCONNECT_TIMEOUT", "gssencmode": "PGGSSENCMODE",
            "target_session_attrs": "PGTARGETSESSIONATTRS",
        ]
        var variables = ["LC_ALL": "C", "PGCLIENTENCODING": "UTF8", "PGAPPNAME": "sluice rehearse"]
        for parameter in target.parameters {
            if let name = names[parameter.keyword] { variables[name] = parameter.value }
        }
        return variables
    }

    /// Roles that policies name are made on the way: they belong to the server, not the schema.
    private func restore(_ dump: String, into database: String) throws {
        let session = try session(database)
        for _ in 0..<100 {
            do {
                try session.execute(dump)
                return try copyHistory(into: session)
            } catch let error as PostgresError {
                guard let role = Self.missingRole(error) else {
                    throw ReleaseError(
                        .failed,
                        "the schema of \(link.environment.name) cannot be rebuilt in the sandbox: \(error.message)",
                        state: "nothing outside the sandbox was touched.",
                        next: [
                            "an extension may be missing on this machine, or the sandbox's PostgreSQL is older than the environment's."
                        ])
                }
                try session.execute("CREATE ROLE \(Quoting.identifier(role)) NOLOGIN")
            }
        }
    }

    private static func missingRole(_ error: PostgresError) -> String? {
        guard error.state?.rawValue == "42704", error.message.hasPrefix("role \""),
            error.message.hasSuffix("\" does not exist")
        else { return nil }
        return String(error.message.dropFirst(6).dropLast(16))
    }

    private func copyHistory(into session: PostgresSession) throws {
        guard let schema = link.state.historySchema else { return }
        let table = HistoryTable(schema: schema).qualified
        let rows = try link.session.query("SELECT * FROM \(table)")
        guard !rows.rows.isEmpty else { return }
        let columns = rows.columns.map(Quoting.identifier).joined(separator: ", ")
        let values = rows.rows.map { row in
            "(\(row.map { $0.map { Quoting.literal($0) } ?? "NULL" }.joined(separator: ", ")))"
        }
        try session.execute(
            "INSERT INTO \(table) (\(columns)) VALUES \(values.joined(separator: ", "))")
    }

    func session(_ database: String) throws -> PostgresSession {
        try PostgresSession(
            connecting: try ConnectionTarget(url: cluster.url(database: database)),
            applicationName: "sluice rehearse", keeping: cluster)
    }

    /// Another process may have been quicker: then its copy is as good.
    private func rename(_ from: String, to name: String) throws {
        let session = try session("postgres")
        do {
            try session.execute(
                "ALTER DATABASE \(Quoting.identifier(from)) RENAME TO \(Quoting.identifier(name))")
        } catch let error as PostgresError where error.state?.rawValue == "42P04" {
            try session.execute("DROP DATABASE \(Quoting.identifier(from))")
        }
        try removeOld(session, keeping: name)
    }

    private func removeOld(_ session: PostgresSession, keeping name: String) throws {
        let old = try session.query(
            "SELECT datname FROM pg_database WHERE datname LIKE 'schema\\_%' AND datname <> $1 "
                + "ORDER BY oid DESC OFFSET \(Self.kept)", [name]
        ).rows.compactMap { $0.first ?? nil }
        for database in old { try? cluster.dropDatabase(database) }
    }
}

extension PostgresSession {
    /// Several lines of a program as one.
    fileprivate static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
