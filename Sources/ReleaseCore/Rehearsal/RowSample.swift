import Foundation
import PostgresLink

/// Copies some rows of an environment into the copy of its schema, with the rows that their
/// foreign keys point to.
///
/// All of it is read in one read-only transaction, so that it is one state of the environment.
/// The copy is dropped when the rehearsal is over.
struct RowSample {
    /// A session of the environment; no transaction is open in it.
    let source: PostgresSession
    /// A session of the copy.
    let copy: PostgresSession
    /// The share of each large table, above 0 and up to 1.
    let fraction: Double

    /// Tables up to so many rows are copied whole.
    private static let few = 1000
    /// From so many bytes on, whole blocks are drawn: drawing rows reads the whole table.
    private static let large = 256 << 20
    /// How many rows travel at once.
    private static let batch = 500
    /// How often rows that foreign keys need are looked for.
    private static let rounds = 50

    /// Values must be written as the other side reads them.
    private static let spelling = """
        SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres';
        SET LOCAL TimeZone = 'UTC'; SET LOCAL extra_float_digits = 3; SET LOCAL search_path = '';
        """

    /// - Returns: what was copied.
    /// - Throws: `PostgresError`.
    func take() throws -> Rehearsal.Rows {
        var report = Rehearsal.Rows(source: .sample(fraction))
        try copy.execute("BEGIN; \(Self.spelling) SET LOCAL session_replication_role = replica")
        try source.execute(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \(Self.spelling)"
                + "SET LOCAL lock_timeout = '2s'")
        defer { _ = try? source.execute("ROLLBACK") }
        let tables = try self.tables()
        for table in tables {
            guard let size = try size(of: table, &report) else { continue }
            let rows = try sample(table, size)
            if rows > 0 { report.tables += 1 }
        }
        try close(over: try keys(), Dictionary(tables.map { ($0.name, $0) }) { $1 })
        try copySequences()
        try copy.execute("COMMIT; ANALYZE")
        for table in tables {
            report.rows += try count(table)
        }
        return report
    }

    // MARK: tables

    /// A table with the columns that can be written, quoted.
    private struct Table {
        var name: String
        var columns: String
    }

    private func tables() throws -> [Table] {
        try copy.query(
            """
            SELECT c.oid::regclass, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
                AND NOT a.attisdropped AND a.attgenerated = ''
            WHERE c.relkind = 'r' AND n.nspname !~ '^pg_'
              AND n.nspname NOT IN ('information_schema', '_sluice')
              AND c.relname <> '_prisma_migrations'
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                WHERE d.objid = c.oid AND d.deptype = 'e')
            GROUP BY c.oid ORDER BY c.oid
            """
        ).rows.compactMap { row in
            row[0].flatMap { name in row[1].map { Table(name: name, columns: $0) } }
        }
    }

    /// Rows, as the planner estimates them, and bytes; nil where the table may not be read.
    private func size(
        of table: Table, _ report: inout Rehearsal.Rows
    ) throws -> (rows: Int, bytes: Int)? {
        let row = try source.query(
            """
            SELECT has_table_privilege(c.oid, 'SELECT'), c.reltuples::bigint,
                   pg_catalog.pg_relation_size(c.oid)
            FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass($1)
            """, [table.name]
        ).rows.first
        guard let row, row[0] == "t" else {
            report.skipped.append("\(table.name): the role may not read it")
            return nil
        }
        return (row[1].flatMap { Int($0) } ?? -1, row[2].flatMap { Int($0) } ?? 0)
    }

    private func sample(_ table: Table, _ size: (rows: Int, bytes: Int)) throws -> Int {
        let isSmall = size.rows < 0 ? size.bytes <= 1 << 17 : size.rows <= Self.few
        if isSmall || fraction >= 1 { return try copyRows("FROM ONLY \(table.name)", table) }
        let method = size.bytes > Self.large ? "SYSTEM" : "BERNOULLI"
        let drawn = try copyRows(
            "FROM ONLY \(table.name) TABLESAMPLE \(method) (\(fraction * 100)) REPEATABLE (1)",
            table)
        // A share of a table that no row falls into shows nothing.
        return drawn > 0 ? drawn : try copyRows("FROM ONLY \(table.name) LIMIT 100", table)
    }

    private func copyRows(_ from: String, _ table: Table) throws -> Int {
        try source.execute("DECLARE sample NO SCROLL CURSOR FOR SELECT \(table.columns) \(from)")
        var count = 0
        while true {
            let rows = try source.query("FETCH \(Self.batch) FROM sample").rows
            guard !rows.isEmpty else { break }
            try insert(rows, table)
            count += rows.count
        }
        try source.execute("CLOSE sample")
        return count
    }

    private func insert(_ rows: [[String?]], _ table: Table) throws {
        let values = rows.map { row in
            "(\(row.map { $0.map { Quoting.literal($0) } ?? "NULL" }.joined(separator: ", ")))"
        }
        try copy.execute(
            "INSERT INTO \(table.name) (\(table.columns)) OVERRIDING SYSTEM VALUE VALUES "
                + "\(values.joined(separator: ", ")) ON CONFLICT DO NOTHING")
    }

    private func count(_ table: Table) throws -> Int {
        try copy.query("SELECT count(*) FROM ONLY \(table.name)").scalar.flatMap { Int($0) } ?? 0
    }

    // MARK: foreign keys

    /// A foreign key; columns are quoted.
    private struct Key {
        var child: String
        var parent: String
        var columns: [String]
        var referenced: [String]

        /// Rows of the child, `c`, without their parent.
        var orphans: String {
            let match = zip(columns, referenced).map { "p.\($1) = c.\($0)" }
            return columns.map { "c.\($0) IS NOT NULL" }.joined(separator: " AND ")
                + " AND NOT EXISTS (SELECT FROM \(parent) p WHERE "
                + "\(match.joined(separator: " AND ")))"
        }
    }

    private func keys() throws -> [Key] {
        func names(_ table: String, _ numbers: String) -> String {
            """
            (SELECT json_agg(quote_ident(a.attname) ORDER BY k.place)
             FROM unnest(\(numbers)) WITH ORDINALITY k (number, place)
             JOIN pg_catalog.pg_attribute a ON a.attrelid = \(table) AND a.attnum = k.number)
            """
        }
        return try copy.query(
            """
            SELECT conrelid::regclass, confrelid::regclass, \(names("conrelid", "conkey")),
                   \(names("confrelid", "confkey"))
            FROM pg_catalog.pg_constraint
            WHERE contype = 'f' AND conparentid = 0 AND convalidated ORDER BY oid
            """
        ).rows.compactMap { row in
            guard let child = row[0], let parent = row[1] else { return nil }
            return Key(
                child: child, parent: parent, columns: Self.words(row[2]),
                referenced: Self.words(row[3]))
        }
    }

    private static func words(_ json: String?) -> [String] {
        json.flatMap { try? JSONDecoder().decode([String].self, from: Data($0.utf8)) } ?? []
    }

    /// Fetches parents until none is missing; what still has none goes.
    private func close(over keys: [Key], _ tables: [String: Table]) throws {
        for _ in 0..<Self.rounds {
            var fetched = 0
            for key in keys { fetched += try fetchParents(key, tables) }
            if fetched == 0 { break }
        }
        for _ in 0..<Self.rounds {
            var removed = 0
            for key in keys {
                removed +=
                    try copy.execute("DELETE FROM \(key.child) c WHERE \(key.orphans)").last?
                    .affectedRows ?? 0
            }
            if removed == 0 { return }
        }
    }

    private func fetchParents(_ key: Key, _ tables: [String: Table]) throws -> Int {
        // The parts of a partitioned table have no name in the key.
        guard let table = tables[key.parent] else { return 0 }
        let columns = key.columns.map { "c.\($0)::text" }.joined(separator: ", ")
        let missing = try copy.query(
            "SELECT DISTINCT \(columns) FROM \(key.child) c WHERE \(key.orphans)"
        ).rows
        var fetched = 0
        for start in stride(from: 0, to: missing.count, by: Self.batch) {
            let values = missing[start..<min(start + Self.batch, missing.count)].map { row in
                "(\(row.map { Quoting.literal($0) }.joined(separator: ", ")))"
            }
            fetched += try copyRows(
                "FROM ONLY \(table.name) WHERE (\(key.referenced.joined(separator: ", "))) IN "
                    + "(\(values.joined(separator: ", ")))", table)
        }
        return fetched
    }

    // MARK: sequences

    private func copySequences() throws {
        let names = try copy.query(
            """
            SELECT c.oid::regclass FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'S' AND n.nspname !~ '^pg_'
              AND n.nspname NOT IN ('information_schema', '_sluice')
            """
        ).rows.compactMap { $0.first ?? nil }
        for name in names {
            let mayRead = try source.query(
                "SELECT has_sequence_privilege(pg_catalog.to_regclass($1), 'SELECT')", [name]
            ).scalar
            guard mayRead == "t",
                let row = try source.query("SELECT last_value, is_called FROM \(name)").rows.first
            else { continue }
            try copy.execute(
                "SELECT pg_catalog.setval(\(Quoting.literal(name)), \(row[0] ?? "1"), "
                    + "\(row[1] == "t"))")
        }
    }
}
