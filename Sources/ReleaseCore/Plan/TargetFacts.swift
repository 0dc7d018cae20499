import PostgresLink
import SQLAnalysis

/// What an environment's database says about the relations that a plan touches.
struct TargetFacts {
    let session: PostgresSession
    /// Where unqualified names live.
    let defaultSchema: String

    /// Asks, in one round trip, for sizes, columns, constraints and indexes.
    ///
    /// - Parameter scripts: the plan.
    /// - Returns: what is known of the database as the plan begins; nil where it cannot be read,
    ///   or where somebody keeps a table locked.
    /// - Throws: `PostgresError`.
    func schema(for scripts: [Script]) throws -> KnownSchema? {
        let asked = AskedNames(scripts)
        let sql = Self.sql(
            Self.array(asked.relations.map(\.description)),
            Self.array(asked.types.map(\.description)), Self.array(asked.functions))
        // One message is one transaction, with which the settings end. Compiling the query would
        // take a second, running it takes milliseconds.
        let settings =
            "SELECT set_config('jit', 'off', true), set_config('lock_timeout', '500ms', true);\n"
        let rows: [[String?]]
        do {
            rows = try session.execute(settings + sql).last?.rows ?? []
        } catch let error as PostgresError where error.state == .lockNotAvailable {
            // Looking at a table must not wait behind whoever has locked it.
            return nil
        }
        var schema = KnownSchema(defaultSchema: defaultSchema)
        var definitions = ""
        var tables: [ObjectName: [String]] = [:]
        var order: [ObjectName] = []
        var sizes: [ObjectName: TableSize] = [:]
        for row in rows {
            let values = row.map { $0 ?? "" }
            guard values.count == 8 else { continue }
            let name = ObjectName(schema: values[1], name: values[2])
            switch values[0] {
            case "column":
                if tables[name] == nil { order.append(name) }
                tables[name, default: []].append(Self.column(values))
            case "size":
                sizes[name] = TableSize(
                    rows: Int(values[3]) ?? 0, bytes: Int(values[4]) ?? 0,
                    indexBytes: Int(values[5]) ?? 0)
            case "constraint":
                definitions +=
                    "ALTER TABLE \(name) ADD CONSTRAINT \(ObjectName.quote(values[3])) \(values[4]);\n"
            case "index": definitions += "\(values[4]);\n"
            case "enum": definitions += "CREATE TYPE \(name) AS ENUM (\(values[4]));\n"
            case "function":
                schema.take(Volatility(rawValue: values[3]) ?? .volatile, of: values[2])
            case "absent":
                schema.takeAbsent(asked.relations.filter { $0.description == values[2] })
            case "server":
                schema.serverVersion = Int(values[3])
                schema.isUTC = ["UTC", "Etc/UTC", "GMT", "Etc/GMT"].contains(values[4])
            default: break
            }
        }
        let creations = order.map { name in
            "CREATE TABLE \(name) (\(tables[name, default: []].joined(separator: ", ")));\n"
        }
        guard let script = try? Script(creations.joined() + definitions) else { return nil }
        schema.replay(script)
        schema.take(sizes)
        schema.beginPlan()
        return schema
    }

    private static func column(_ values: [String]) -> String {
        "\(ObjectName.quote(values[3])) \(values[4])\(values[5] == "t" ? " NOT NULL" : "")"
            + (values[6] == "t" ? " DEFAULT 0" : "")
    }

    /// A text array as a literal of SQL.
    private static func array(_ names: [String]) -> String {
        let elements = names.map { name in
            "\"\(name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
        }
        return Quoting.literal("{\(elements.joined(separator: ","))}")
    }

    /// One row for each fact: what it is, schema, name, and up to four values. Tables at the other
    /// end of a foreign key count as touched. A table that was never analysed is guessed at 100
    /// bytes a row.
    private static func sql(_ relations: String, _ types: String, _ functions: String) -> String {
        """
        WITH asked AS (
            SELECT n, to_regclass(n) AS oid FROM unnest(\(relations)::text[]) n
        ), named AS (
            SELECT oid::oid FROM asked WHERE oid IS NOT NULL
            UNION SELECT i.indrelid FROM pg_index i JOIN asked a ON i.indexrelid = a.oid
        ), touched AS (
            SELECT oid FROM named
            UNION SELECT k.conrelid FROM pg_constraint k JOIN named ON k.confrelid = named.oid
            UNION SELECT k.confrelid FROM pg_constraint k JOIN named ON k.conrelid = named.oid
            WHERE k.confrelid <> 0
        ), tables AS (
            SELECT c.*, s.nspname FROM touched JOIN pg_class c ON c.oid = touched.oid
            JOIN pg_namespace s ON s.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'm', 'f')
        ), parts AS (
            SELECT tables.oid AS root, c.* FROM tables, LATERAL (
                SELECT tables.oid AS relid UNION SELECT relid FROM pg_partition_tree(tables.oid)
            ) t JOIN pg_class c ON c.oid = t.relid
        )
        SELECT 'column' AS fact, nspname::text AS a, relname::text AS b, attname::text AS c,
            format_type(atttypid, atttypmod) AS d, CASE WHEN attnotnull THEN 't' END AS e,
            CASE WHEN atthasdef OR attidentity <> '' THEN 't' END AS f, attnum::int AS place
        FROM tables JOIN pg_attribute ON attrelid = tables.oid AND attnum > 0 AND NOT attisdropped
        UNION ALL
        SELECT 'size', nspname, relname,
            (SELECT coalesce(sum(CASE WHEN p.relpages > 0 AND p.reltuples >= 0
                THEN p.reltuples / p.relpages * pg_relation_size(p.oid) / current_setting('block_size')::int
                ELSE pg_relation_size(p.oid) / 100 END), 0)::bigint::text
                FROM parts p WHERE p.root = tables.oid),
            (SELECT coalesce(sum(pg_relation_size(p.oid)
                + coalesce(pg_relation_size(nullif(p.reltoastrelid, 0)), 0)), 0)::bigint::text
                FROM parts p WHERE p.root = tables.oid),
            (SELECT coalesce(sum(pg_indexes_size(p.oid)), 0)::bigint::text
                FROM parts p WHERE p.root = tables.oid), NULL, 0
        FROM tables
        UNION ALL
        SELECT 'constraint', nspname, relname, conname, pg_get_constraintdef(k.oid), NULL, NULL, 1
        FROM tables JOIN pg_constraint k ON k.conrelid = tables.oid AND k.contype IN ('c', 'f', 'u', 'p')
        UNION ALL
        SELECT 'index', nspname, relname, NULL, pg_get_indexdef(i.indexrelid), NULL, NULL, 2
        FROM tables JOIN pg_index i ON i.indrelid = tables.oid
        UNION ALL
        SELECT 'enum', s.nspname, t.typname, NULL,
            (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder)
                FROM pg_enum WHERE enumtypid = t.oid), NULL, NULL, 0
        FROM unnest(\(types)::text[]) n JOIN pg_type t ON t.oid = to_regtype(n) AND t.typtype = 'e'
        JOIN pg_namespace s ON s.oid = t.typnamespace
        UNION ALL
        SELECT 'function', NULL, proname, max(provolatile)::text, NULL, NULL, NULL, 0
        FROM pg_proc WHERE proname = ANY (\(functions)::text[]) GROUP BY proname
        UNION ALL
        SELECT 'absent', NULL, n, NULL, NULL, NULL, NULL, 0 FROM asked WHERE oid IS NULL
        UNION ALL
        SELECT 'server', NULL, NULL, current_setting('server_version_num'),
            current_setting('TimeZone'), NULL, NULL, 0
        ORDER BY place
        """
    }
}
