import PostgresLink
import SchemaCatalog

/// How many rows an environment's tables have, for the comments of a hotfix.
struct EnvironmentRows {
    var environment: String
    private var tables: [SchemaObjectID: Size] = [:]
    private let session: PostgresSession

    struct Size: Hashable {
        /// The planner's estimate; negative where nobody has counted yet.
        var estimate: Int
        var bytes: Int
    }

    /// From this size on an index is built without locking out writers, and rows
    /// are estimated rather than counted.
    private static let large = (rows: 100_000, bytes: 128 << 20)

    /// - Throws: `PostgresError`.
    init(_ environment: String, _ session: PostgresSession) throws {
        self.environment = environment
        self.session = session
        let result = try session.query(
            """
            SELECT n.nspname, c.relname, c.reltuples::bigint, pg_catalog.pg_relation_size(c.oid)
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname !~ '^pg_'
            """)
        for row in result.rows {
            tables[.table(row[0] ?? "", row[1] ?? "")] = Size(
                estimate: row[2].flatMap { Int($0) } ?? -1, bytes: row[3].flatMap { Int($0) } ?? 0)
        }
    }

    /// Tables whose indexes take long to build.
    var large: Set<SchemaObjectID> { Set(tables.filter { Self.isLarge($0.value) }.keys) }

    private static func isLarge(_ size: Size) -> Bool {
        size.estimate >= large.rows || size.bytes >= large.bytes
    }

    func has(_ table: SchemaObjectID) -> Bool { tables[table] != nil }

    /// What a loss means in this environment, in words.
    func words(_ loss: DataLoss) -> String {
        let table = loss.object.kind == .column ? loss.object.owner : loss.object
        guard tables[table] != nil else {
            return loss.kind == .restoredEmpty && loss.object.kind == .table
                ? "how many rows \(environment) had is not known any more" : ""
        }
        let rows = count("*", table)
        switch (loss.object.kind, loss.kind) {
        case (.column, .restoredEmpty):
            if let values = count(Quoting.identifier(loss.object.member ?? ""), table) {
                return "not applied in \(environment) yet, where \(values) rows have a value"
            }
            return rows.map {
                $0 == "0"
                    ? "0 rows in \(environment)"
                    : "\($0) rows in \(environment); how many had a value is not known any more"
            } ?? ""
        case (.column, .discarded):
            let values = count(Quoting.identifier(loss.object.member ?? ""), table)
            return values.map { "\($0) rows have a value in \(environment)" } ?? ""
        case (.table, .restoredEmpty):
            return rows.map { "not applied in \(environment) yet, where it has \($0) rows" } ?? ""
        case (.table, .discarded), (.column, .converted):
            return rows.map { "\($0) rows in \(environment)" } ?? ""
        default: return ""
        }
    }

    /// Counted where that is quick, `about` the planner's number elsewhere; `nil`
    /// where there is no such column.
    private func count(_ what: String, _ table: SchemaObjectID) -> String? {
        guard let size = tables[table] else { return nil }
        if Self.isLarge(size), what == "*", size.estimate >= 0 { return "about \(size.estimate)" }
        let name = "\(Quoting.identifier(table.schema)).\(Quoting.identifier(table.name))"
        return
            (try? session.execute(
                "BEGIN READ ONLY; SET LOCAL statement_timeout = '5s'; SELECT count(\(what)) FROM \(name); COMMIT"
            ))?
            .compactMap(\.scalar).last
            ?? {
                if session.isInTransaction { _ = try? session.execute("ROLLBACK") }
                return what == "*" && size.estimate >= 0 ? "about \(size.estimate)" : nil
            }()
    }
}

extension SchemaObjectID {
    /// The table a member belongs to.
    var owner: SchemaObjectID { .table(schema, name) }
}
