import PostgresLink

extension SandboxCluster {
    /// Creates a database. Blocks the calling thread, about 0.05 s.
    ///
    /// - Parameters:
    ///   - name: any name PostgreSQL takes; it is quoted.
    ///   - template: the database to copy; an empty one when `nil`. Nobody may
    ///     be connected to it (the server waits five seconds for that).
    /// - Throws: `PostgresError` (SQLSTATE 42P04 when it exists already),
    ///   `ConnectionFailure`, or ``SandboxError`` after ``stop()``.
    public func createDatabase(_ name: String, template: String? = nil) throws {
        // template0 is never connected to, so that copying it never waits.
        let source = Quoting.identifier(template ?? "template0")
        try administer("CREATE DATABASE \(Quoting.identifier(name)) TEMPLATE \(source)")
    }

    /// Drops a database if it exists, ending the sessions in it.
    ///
    /// - Throws: as ``createDatabase(_:template:)``.
    public func dropDatabase(_ name: String) throws {
        try administer("DROP DATABASE IF EXISTS \(Quoting.identifier(name)) WITH (FORCE)")
    }

    /// Whether there is a database of this name.
    ///
    /// - Throws: as ``createDatabase(_:template:)``.
    public func databaseExists(_ name: String) throws -> Bool {
        let session = try administrativeSession()
        let rows = try session.query("SELECT 1 FROM pg_database WHERE datname = $1", [name])
        return !rows.rows.isEmpty
    }

    private func administer(_ statement: String) throws {
        try administrativeSession().execute(statement)
    }

    private func administrativeSession() throws -> PostgresSession {
        guard !isStopped else {
            throw SandboxError(.stopped, "The sandbox in \(directory) has been stopped.")
        }
        let target = try ConnectionTarget(url: url(database: "postgres"))
        return try PostgresSession(connecting: target, applicationName: "sluice sandbox")
    }
}
