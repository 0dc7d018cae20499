import PostgresLink
import SQLAnalysis

/// Finds what an interrupted CREATE INDEX CONCURRENTLY has made of its index.
///
/// A name says little: PostgreSQL may have chosen it, and an index of that name
/// may stand on another table or mean something else. The index looked for is
/// one that came to the table since, and that PostgreSQL itself describes as it
/// describes the same definition on an empty copy of the table.
struct IndexSettlement {
    let session: PostgresSession

    /// An index of the table that was not there before.
    private struct Candidate {
        var qualifiedName: String
        var name: String
        var isValid: Bool
        var definition: String
    }

    /// A build that was cut short leaves an index that is invalid, which no
    /// query uses, every write pays for, and IF NOT EXISTS would take for good.
    ///
    /// - Throws: `PostgresError`.
    func settle(
        _ build: IndexBuild, _ fate: Settlement.Fate, _ witness: Witness?
    ) throws -> Settlement.Decision {
        var found = try candidates(build, witness)
        if let name = build.name { found = found.filter { $0.name == name } }
        guard !found.isEmpty else { return .run }
        let wanted = try definition(of: build)
        // Where PostgreSQL cannot be asked, a name counts, and so does being the only one.
        found = found.filter { candidate in
            wanted.map { $0 == candidate.definition } ?? (build.name != nil || found.count == 1)
        }
        for half in found where !half.isValid {
            try session.execute("DROP INDEX CONCURRENTLY \(half.qualifiedName)")
        }
        // Without a witness an unnamed index may be any older one.
        let mayTell = witness != nil || build.name != nil
        return fate == .running && mayTell && found.contains(where: \.isValid) ? .isDone : .run
    }

    private func candidates(_ build: IndexBuild, _ witness: Witness?) throws -> [Candidate] {
        let known = witness?.indexes
        return try session.query(
            """
            SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname),
                   c.relname, i.indisvalid AND i.indisready, \(Self.description)
            FROM \(Self.tables)
            WHERE i.indrelid = coalesce($1::oid, pg_catalog.to_regclass($2))
              AND NOT i.indexrelid::text = ANY (pg_catalog.string_to_array($3, ','))
            """,
            [
                known.flatMap { $0.table.isEmpty ? nil : String($0.table) }, build.table.sql,
                known?.known.joined(separator: ",") ?? "",
            ]
        ).rows.map { row in
            Candidate(
                qualifiedName: row[0] ?? "", name: row[1] ?? "", isValid: row[2] == "t",
                definition: row[3] ?? "")
        }
    }

    /// What PostgreSQL makes of the definition, tried on an empty temporary
    /// table of the same columns and rolled back.
    ///
    /// - Returns: `nil` where it cannot be tried: without the right to make
    ///   temporary tables, or for expressions over the whole row.
    private func definition(of build: IndexBuild) throws -> String? {
        let copy = "pg_temp.\(Quoting.identifier(build.table.name))"
        do {
            return try session.execute(
                """
                BEGIN READ WRITE;
                CREATE TEMPORARY TABLE \(Quoting.identifier(build.table.name)) (LIKE \(build.table.sql));
                CREATE \(build.isUnique ? "UNIQUE " : "")INDEX ON \(copy) \(build.definition)
                ;
                SELECT \(Self.description) FROM \(Self.tables)
                WHERE i.indrelid = '\(Quoting.literal(copy).dropFirst().dropLast())'::pg_catalog.regclass;
                ROLLBACK
                """
            ).dropLast().last?.scalar
        } catch let error as PostgresError where !error.connectionLost {
            if session.isInTransaction { try session.execute("ROLLBACK") }
            return nil
        }
    }

    private static let tables = """
        pg_catalog.pg_index i
        JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
        JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        """

    /// PostgreSQL's own description behind the names of index and table, of which
    /// it always qualifies the table's.
    private static let description = """
        i.indisunique || pg_catalog.substr(
          pg_catalog.pg_get_indexdef(i.indexrelid),
          pg_catalog.strpos(pg_catalog.pg_get_indexdef(i.indexrelid),
            '.' || pg_catalog.quote_ident(t.relname) || ' USING ')
          + pg_catalog.length(pg_catalog.quote_ident(t.relname)) + 1)
        """
}
