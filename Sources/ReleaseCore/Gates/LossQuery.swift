import PostgresLink
import SQLAnalysis

/// Asks the catalogs which tables and columns a loss concerns.
enum LossQuery {
    /// Table, column, the column's type, the estimated number of rows, why its rows cannot be
    /// counted, and which tables follow; `nil` for what no query can tell.
    static func relations(of subject: PotentialLoss.Subject) -> String? {
        switch subject {
        case .rows(let table, let cascades):
            return referring(table, following: cascades ? "c.contype = 'f'" : "false")
        case .deletedRows(let table):
            return referring(table, following: "c.contype = 'f' AND c.confdeltype = 'c'")
        case .pickedRows(let table, _), .someRows(let table):
            return referring(table, following: "false", naming: true)
        case .values(let column, let table), .conversion(let column, let table, _, _),
            .pickedValues(let column, let table, _), .someValues(let column, let table):
            return columns(
                "a.attrelid = \(found("regclass", table)) AND a.attname = \(Quoting.literal(column))"
            )
        case .schema(let name):
            return """
                SELECT \(relation), NULL, NULL, \(estimate), NULL FROM pg_catalog.pg_class r
                JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
                WHERE n.nspname = \(Quoting.literal(name)) AND r.relkind IN ('r', 'p')
                  AND NOT r.relispartition
                """
        case .columns(let type):
            let wanted = found("regtype", type)
            return columns(
                """
                r.relkind IN ('r', 'p') AND NOT r.relispartition AND (a.atttypid = \(wanted) OR
                 a.atttypid = (SELECT t.typarray FROM pg_catalog.pg_type t WHERE t.oid = \(wanted)))
                """)
        case .unknown, .call: return nil
        }
    }

    private static let relation =
        "pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(r.relname)"
    /// A rule, or a trigger in the place of what is asked, does something of its own.
    private static let obstacle = """
        CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_rewrite w
                          WHERE w.ev_class = r.oid AND w.ev_type IN ('2', '4'))
             THEN 'a rule' WHEN EXISTS (SELECT FROM pg_catalog.pg_trigger g
                          WHERE g.tgrelid = r.oid AND g.tgtype & 64 <> 0)
             THEN 'an INSTEAD OF trigger' END
        """
    private static let estimate = "greatest(r.reltuples, 0)::bigint"

    /// `to_regclass` or `to_regtype`, which are NULL for what is not there.
    private static func found(_ kind: String, _ name: ObjectName) -> String {
        let schema = name.schema.map { Quoting.identifier($0) + "." } ?? ""
        let text = Quoting.literal(schema + Quoting.identifier(name.name))
        return "pg_catalog.to_\(kind)(\(text))::oid"
    }

    /// A table and those that refer to it, directly or through others.
    private static func referring(
        _ table: ObjectName, following condition: String, naming: Bool = false
    ) -> String {
        """
        WITH RECURSIVE hit (oid) AS (
            SELECT \(found("regclass", table))
            UNION
            SELECT c.conrelid FROM pg_catalog.pg_constraint c
            JOIN hit ON c.confrelid = hit.oid WHERE \(condition)
        )
        SELECT \(relation), NULL, NULL, \(estimate), \(obstacle),
               \(naming ? deletedWith(table) : "NULL")
        FROM hit
        JOIN pg_catalog.pg_class r ON r.oid = hit.oid
        JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
        WHERE r.relkind IN ('r', 'p', 'f', 'v')
        """
    }

    /// The tables whose rows go with rows of another by ON DELETE CASCADE.
    private static func deletedWith(_ table: ObjectName) -> String {
        """
        (WITH RECURSIVE gone (oid) AS (
            SELECT c.conrelid FROM pg_catalog.pg_constraint c
            WHERE c.confrelid = \(found("regclass", table)) AND c.contype = 'f' AND c.confdeltype = 'c'
            UNION
            SELECT c.conrelid FROM pg_catalog.pg_constraint c JOIN gone ON c.confrelid = gone.oid
            WHERE c.contype = 'f' AND c.confdeltype = 'c'
         )
         SELECT pg_catalog.string_agg(\(relation), ', ' ORDER BY n.nspname, r.relname) FROM gone
         JOIN pg_catalog.pg_class r ON r.oid = gone.oid
         JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace WHERE NOT r.relispartition)
        """
    }

    private static func columns(_ condition: String) -> String {
        """
        SELECT \(relation), pg_catalog.quote_ident(a.attname),
               pg_catalog.format_type(a.atttypid, a.atttypmod), \(estimate), \(obstacle)
        FROM pg_catalog.pg_attribute a
        JOIN pg_catalog.pg_class r ON r.oid = a.attrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
        WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND \(condition)
        """
    }
}
