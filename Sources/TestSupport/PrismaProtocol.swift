import PostgresLink

/// `prisma migrate deploy` as the database sees it: the same statements in the
/// same order on one session (schema-engine's `apply_migrations.rs`,
/// `sql_migration_persistence.rs` and the lock of its PostgreSQL flavour).
///
/// Of Prisma's versions the one up to 7.3, which sends a script as one message.
public struct PrismaProtocol {
    /// A migration folder: its name and the text of its script.
    public typealias Migration = (name: String, sql: String)

    /// How a deployment ended.
    public enum Ending: Sendable, Hashable {
        /// These were applied, or there was nothing to do.
        case applied([String])
        /// P3009: there are failed migrations, so none is applied.
        case foundFailed([String])
        /// P3005: there are tables and no history.
        case notEmpty
        /// P3018, with the database's message.
        case scriptFailed(String, String)
    }

    /// How far a deployment has come.
    public enum Step: Sendable, Hashable {
        /// It asks for the lock now, and waits in the server until it gets it.
        case willLock(backend: Int)
        case locked
        /// The unfinished row is there.
        case started(String)
        /// The script is committed; its row is still unfinished.
        case ran(String)
    }

    let session: PostgresSession
    let onStep: (Step) -> Void

    /// Runs a deployment from its connection to its end. Blocks.
    ///
    /// - Parameters:
    ///   - url: the database.
    ///   - migrations: in the order of their names.
    ///   - onStep: called at each step, before anything else happens.
    /// - Returns: how it ended.
    /// - Throws: `ConnectionFailure` or `PostgresError` outside of scripts.
    public static func deploy(
        _ url: String, _ migrations: [Migration], onStep: (Step) -> Void = { _ in }
    ) throws -> Ending {
        try withoutActuallyEscaping(onStep) { onStep in
            let session = try PostgresSession(
                connecting: ConnectionTarget(url: url), applicationName: "")
            return try PrismaProtocol(session: session, onStep: onStep).run(migrations)
        }
    }

    private func run(_ migrations: [Migration]) throws -> Ending {
        onStep(.willLock(backend: session.backendProcess))
        // Prisma gives up after ten seconds; a test must not depend on them.
        try session.execute("SELECT pg_advisory_lock(72707369)")
        onStep(.locked)
        guard try initialize() else { return .notEmpty }
        let rows = try session.query(
            """
            SELECT id, checksum, finished_at, migration_name, logs, rolled_back_at, started_at,
                   applied_steps_count
            FROM _prisma_migrations ORDER BY started_at ASC
            """
        ).records
        let open = rows.filter { $0["rolled_back_at"] == nil }
        let failed = open.filter { $0["finished_at"] == nil }.compactMap { $0["migration_name"] }
        guard failed.isEmpty else { return .foundFailed(failed) }
        let known = Set(open.compactMap { $0["migration_name"] })
        var applied: [String] = []
        for migration in migrations where !known.contains(migration.name) {
            if let message = try apply(migration) { return .scriptFailed(migration.name, message) }
            applied.append(migration.name)
        }
        return .applied(applied)
    }

    /// - Returns: whether there is a history now.
    private func initialize() throws -> Bool {
        let tables = try session.query(
            """
            SELECT tbl.relname AS table_name FROM pg_class AS tbl
            INNER JOIN pg_namespace AS namespace ON namespace.oid = tbl.relnamespace
            WHERE tbl.relkind = 'r' AND namespace.nspname = ANY ( $1 )
            """, ["{public}"]
        ).rows.compactMap(\.first)
        if tables.contains("_prisma_migrations") { return true }
        guard tables.isEmpty else { return false }
        try session.execute(
            """
            CREATE TABLE _prisma_migrations (
                id                      VARCHAR(36) PRIMARY KEY NOT NULL,
                checksum                VARCHAR(64) NOT NULL,
                finished_at             TIMESTAMPTZ,
                migration_name          VARCHAR(255) NOT NULL,
                logs                    TEXT,
                rolled_back_at          TIMESTAMPTZ,
                started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
                applied_steps_count     INTEGER NOT NULL DEFAULT 0
            );
            """)
        return true
    }

    /// Four writes, each of which commits by itself.
    ///
    /// - Returns: the database's message when the script failed.
    private func apply(_ migration: Migration) throws -> String? {
        let id = try session.query(
            """
            INSERT INTO _prisma_migrations (id, checksum, started_at, migration_name)
            VALUES (gen_random_uuid()::text, encode(sha256(convert_to($1, 'UTF8')), 'hex'),
                    clock_timestamp(), $2)
            RETURNING id
            """, [migration.sql, migration.name]
        ).scalar
        onStep(.started(migration.name))
        do {
            try session.execute(migration.sql)
        } catch let error as PostgresError where !error.connectionLost {
            _ = try session.query(
                "UPDATE _prisma_migrations SET logs = $1 WHERE id = $2", [error.message, id])
            return error.message
        }
        onStep(.ran(migration.name))
        for change in [
            "applied_steps_count = applied_steps_count + 1", "finished_at = clock_timestamp()",
        ] {
            _ = try session.query(
                "UPDATE _prisma_migrations SET \(change) WHERE id = $1", [id])
        }
        return nil
    }
}
