import PostgresLink
import SQLAnalysis

/// What the catalogs held of a statement's object just before it was sent
/// outside a transaction: what has come since is the statement's own doing.
///
/// Kept with the progress of its migration, as lines of text: what it is about,
/// what was there, and of what.
struct Witness: Sendable, Hashable {
    enum Subject: String {
        case index
        case droppedIndex = "dropped-index"
        case rebuild
        case partition
        case database, tablespace, subscription
    }

    var subject: Subject
    /// Of an index build the table's oid, a colon and the oids of its indexes; of a rebuild
    /// the oids of all invalid indexes; else `t` or `f`.
    var before: Substring
    /// The statement of an index build, else the object's name.
    var text: Substring

    /// - Parameter record: as it stands in the ledger.
    init?(_ record: String) {
        let lines = record.split(
            separator: "\n", maxSplits: 2, omittingEmptySubsequences: false)
        guard lines.count == 3, let subject = Subject(rawValue: String(lines[0])) else {
            return nil
        }
        self.subject = subject
        before = lines[1]
        text = lines[2]
    }

    /// Whether the object was there.
    var wasThere: Bool { before == "t" }

    /// The table's oid and its indexes', of an index build.
    var indexes: (table: Substring, known: [Substring]) {
        let parts = before.split(separator: ":", omittingEmptySubsequences: false)
        return (parts.first ?? "", parts.count > 1 ? parts[1].split(separator: ",") : [])
    }

    /// Whether it was taken for this statement.
    func isOf(_ statement: Statement) -> Bool {
        Self.subject(of: statement).map { $0.subject == subject && $0.text == text } ?? false
    }

    /// An SQL expression that takes the witness of a statement; `NULL` where
    /// the catalogs cannot tell anything.
    static func expression(for statement: Statement) -> String {
        guard let (subject, text) = subject(of: statement) else { return "NULL" }
        return """
            pg_catalog.concat('\(subject.rawValue)', pg_catalog.chr(10), (\(query(statement))), \
            pg_catalog.chr(10), \(Quoting.literal(String(text))))
            """
    }

    private static func subject(of statement: Statement) -> (subject: Subject, text: Substring)? {
        if statement.tag == "REINDEX CONCURRENTLY" { return (.rebuild, statement.text) }
        return switch statement.standaloneWork {
        case .buildsIndex: (.index, statement.text)
        case .dropsIndex(let name): (.droppedIndex, Substring(name.sql))
        case .detaches(let partition, let parent):
            (.partition, Substring("\(partition.sql) of \(parent.sql)"))
        case .creates(let object, let name), .drops(let object, let name):
            Subject(rawValue: object.rawValue).map { ($0, Substring(name)) }
        case nil: nil
        }
    }

    private static func query(_ statement: Statement) -> String {
        switch statement.standaloneWork {
        case .buildsIndex(let build):
            return """
                SELECT pg_catalog.concat(table_oid, ':', pg_catalog.string_agg(i.indexrelid::text, ','))
                FROM (SELECT pg_catalog.to_regclass(\(build.table.literal))::oid AS table_oid) AS t
                LEFT JOIN pg_catalog.pg_index i ON i.indrelid = table_oid GROUP BY table_oid
                """
        case .dropsIndex(let name):
            return "SELECT pg_catalog.to_regclass(\(name.literal)) IS NOT NULL"
        case .detaches(let partition, let parent):
            return "SELECT EXISTS (\(PartitionState.query(partition, of: parent)))"
        case .creates(let object, let name), .drops(let object, let name):
            return "SELECT EXISTS (\(object.query(name)))"
        case nil:
            return """
                SELECT pg_catalog.string_agg(indexrelid::text, ',')
                FROM pg_catalog.pg_index WHERE NOT indisvalid
                """
        }
    }
}

/// Whether a table is a partition of another.
enum PartitionState {
    /// One row with whether a DETACH is pending, or none.
    static func query(_ partition: ObjectName, of parent: ObjectName) -> String {
        """
        SELECT inhdetachpending FROM pg_catalog.pg_inherits
        WHERE inhrelid = pg_catalog.to_regclass(\(partition.literal))
          AND inhparent = pg_catalog.to_regclass(\(parent.literal))
        """
    }
}

extension StandaloneObject {
    /// One row, or none.
    func query(_ name: String) -> String {
        let literal = Quoting.literal(name)
        return switch self {
        case .database: "SELECT FROM pg_catalog.pg_database WHERE datname = \(literal)"
        case .tablespace: "SELECT FROM pg_catalog.pg_tablespace WHERE spcname = \(literal)"
        case .subscription:
            """
            SELECT FROM pg_catalog.pg_subscription WHERE subname = \(literal) AND subdbid =
              (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
            """
        }
    }
}

extension ObjectName {
    /// The name for SQL, always quoted.
    var sql: String {
        (schema.map { Quoting.identifier($0) + "." } ?? "") + Quoting.identifier(name)
    }

    /// The name as `to_regclass` takes it.
    var literal: String { Quoting.literal(sql) }
}
