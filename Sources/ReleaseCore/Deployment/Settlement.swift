import PostgresLink
import SQLAnalysis

/// Finds out what became of a statement that ran by itself when the run that
/// sent it could not say: looks in the catalogs, and clears away half an index.
struct Settlement {
    /// What the ledger knows of a statement that is not recorded as finished.
    enum Fate: String, Sendable, Hashable {
        /// It was not sent yet.
        case waiting
        /// It was sent, and nobody heard of its end.
        case running
        /// It failed, and the server said so.
        case failed
    }

    enum Decision: Equatable {
        case run
        /// Nobody can know what it has done already.
        case isUnknowable
        /// It did its work; only the record is missing.
        case isDone
    }

    let session: PostgresSession

    /// Decides whether the statement must run, and makes room for it.
    ///
    /// - Throws: `PostgresError`.
    func settle(_ statement: Statement, _ fate: Fate) throws -> Decision {
        guard fate != .waiting else { return .run }
        if statement.tag == "REINDEX CONCURRENTLY" { try dropHalfRebuiltIndexes() }
        for effect in statement.effects {
            switch effect {
            case .create(.index, let name, _, _): return try settleCreation(of: name, fate)
            case .drop(.index, let name, _, _): return try settleDrop(of: name, fate)
            case .create(.database, let name, _, _):
                return try exists(database: name.name) && fate == .running ? .isDone : .run
            case .drop(.database, let name, _, _):
                return try !exists(database: name.name) && fate == .running ? .isDone : .run
            default: continue
            }
        }
        // VACUUM, REINDEX, ALTER SYSTEM and the like come to the same when they run
        // again. Code that commits by itself does not, nor does a prepared transaction.
        let isRepeatable =
            !["DO", "CALL"].contains(statement.tag) && !statement.tag.contains("PREPARE")
        return isRepeatable ? .run : .isUnknowable
    }

    /// A build that was cut short leaves an index that is invalid, which no
    /// query uses, every write pays for, and IF NOT EXISTS would take for good.
    private func settleCreation(of name: ObjectName, _ fate: Fate) throws -> Decision {
        switch try isValid(index: name) {
        case nil: return .run
        case true?: return fate == .running ? .isDone : .run
        case false?:
            try session.execute("DROP INDEX CONCURRENTLY \(Self.quoted(name))")
            return .run
        }
    }

    private func settleDrop(of name: ObjectName, _ fate: Fate) throws -> Decision {
        try isValid(index: name) == nil && fate == .running ? .isDone : .run
    }

    /// A rebuild that was cut short leaves its copy (`_ccnew`) or the original
    /// (`_ccold`) behind, invalid, and the next rebuild makes another copy
    /// (PostgreSQL manual, REINDEX). Those that somebody is building stay.
    private func dropHalfRebuiltIndexes() throws {
        let leftovers = try session.query(
            """
            SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)
            FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$'
              AND n.nspname <> 'pg_toast' AND pg_catalog.pg_has_role(c.relowner, 'USAGE')
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p
                              WHERE p.relid IS NULL OR p.relid = i.indrelid)
            """)
        for name in leftovers.rows.compactMap({ $0.first ?? nil }) {
            try session.execute("DROP INDEX CONCURRENTLY \(name)")
        }
    }

    /// `nil` when there is no such index on the search path.
    private func isValid(index name: ObjectName) throws -> Bool? {
        let result = try session.query(
            """
            SELECT i.indisvalid AND i.indisready FROM pg_catalog.pg_index i
            WHERE i.indexrelid = pg_catalog.to_regclass($1)
            """, [Self.quoted(name)])
        return result.scalar.map { $0 == "t" }
    }

    private func exists(database name: String) throws -> Bool {
        try !session.query("SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1", [name]).rows
            .isEmpty
    }

    private static func quoted(_ name: ObjectName) -> String {
        let schema = name.schema.map { Quoting.identifier($0) + "." } ?? ""
        return schema + Quoting.identifier(name.name)
    }
}
