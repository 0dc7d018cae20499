import PostgresLink
import SchemaCatalog

/// The statements that bring lost rows back from a restored clone of the database,
/// through `postgres_fdw`.
struct DataReturn {
    let goal: SchemaSnapshot
    /// Tables that return empty, those that others refer to first.
    private let tables: [SchemaObjectID]
    /// Columns that return empty, by table.
    private let columns: [(table: SchemaObjectID, names: [String])]

    /// - Parameters:
    ///   - losses: what the hotfix cannot bring back itself.
    ///   - goal: the schema behind the hotfix.
    init(_ losses: [DataLoss], _ goal: SchemaSnapshot) {
        self.goal = goal
        let empty = losses.filter { $0.kind == .restoredEmpty }.map(\.object)
        tables = Self.parentsFirst(
            empty.filter { $0.kind == .table && goal.table($0)?.partitionKey == nil }, goal)
        var columns: [SchemaObjectID: [String]] = [:]
        for id in empty where id.kind == .column {
            columns[id.owner, default: []].append(id.member ?? "")
        }
        self.columns = columns.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    var isEmpty: Bool { tables.isEmpty && columns.isEmpty }

    /// Statements without semicolons; the server's address is to be filled in.
    ///
    /// An extension that was missing comes into a schema that goes at the end, and
    /// goes with it; one that was there is somewhere else, and stays.
    var statements: [String] {
        guard !isEmpty else { return [] }
        let all = tables + columns.map(\.table)
        let schemas = Set(all.map(\.schema)).sorted()
        var result = [
            "CREATE SCHEMA \(Self.ownSchema)",
            "CREATE EXTENSION IF NOT EXISTS postgres_fdw SCHEMA \(Self.ownSchema)",
            "CREATE SERVER restored FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'HOST', port '5432', dbname 'CLONE')",
            "CREATE USER MAPPING FOR CURRENT_USER SERVER restored OPTIONS (user 'USER', password 'PASSWORD')",
        ]
        for schema in schemas {
            let names = all.filter { $0.schema == schema }.map { Quoting.identifier($0.name) }
            if clone(schema) != Self.ownSchema {
                result.append("CREATE SCHEMA \(Quoting.identifier(clone(schema)))")
            }
            result.append(
                "IMPORT FOREIGN SCHEMA \(Quoting.identifier(schema)) LIMIT TO (\(names.joined(separator: ", "))) FROM SERVER restored INTO \(Quoting.identifier(clone(schema)))"
            )
        }
        result += tables.map(insertion) + columns.map { update($0.table, $0.names) }
        result += tables.flatMap(counters)
        result.append("DROP SERVER restored CASCADE")
        result += schemas.map(clone).filter { $0 != Self.ownSchema }.map {
            "DROP SCHEMA \(Quoting.identifier($0))"
        }
        return result + ["DROP SCHEMA \(Self.ownSchema) CASCADE"]
    }

    private static let ownSchema = "restored"

    /// The schema the clone's tables appear in.
    private func clone(_ schema: String) -> String {
        schema == goal.defaultSchema ? Self.ownSchema : "\(Self.ownSchema)_\(schema)"
    }

    private func name(_ table: SchemaObjectID) -> String {
        table.schema == goal.defaultSchema
            ? Quoting.identifier(table.name)
            : "\(Quoting.identifier(table.schema)).\(Quoting.identifier(table.name))"
    }

    private func source(_ table: SchemaObjectID) -> String {
        "\(Quoting.identifier(clone(table.schema))).\(Quoting.identifier(table.name))"
    }

    private func insertion(_ table: SchemaObjectID) -> String {
        let definitions = goal.columns(of: table).compactMap { id in
            goal.column(id).map { (id.member ?? "", $0) }
        }
        let names = definitions.filter { $0.1.generated == nil }.map {
            Quoting.identifier($0.0)
        }.joined(separator: ", ")
        let overriding =
            definitions.contains { $0.1.identity?.always == true }
            ? " OVERRIDING SYSTEM VALUE" : ""
        return
            "INSERT INTO \(name(table)) (\(names))\(overriding) SELECT \(names) FROM \(source(table))"
    }

    private func update(_ table: SchemaObjectID, _ names: [String]) -> String {
        let settings = names.map {
            "\(Quoting.identifier($0)) = r.\(Quoting.identifier($0))"
        }.joined(separator: ", ")
        let key = key(of: table, without: names)
        let condition =
            key.isEmpty
            ? "(name what identifies a row: it has no key)"
            : key.map { "t.\(Quoting.identifier($0)) = r.\(Quoting.identifier($0))" }
                .joined(separator: " AND ")
        return
            "UPDATE \(name(table)) AS t SET \(settings) FROM \(source(table)) AS r WHERE \(condition)"
    }

    private func key(of table: SchemaObjectID, without restored: [String]) -> [String] {
        let keys = goal.objects.keys.filter { $0.kind == .constraint && $0.owner == table }.sorted()
            .compactMap { goal.constraint($0) }
            .filter { $0.kind == .primaryKey || $0.kind == .unique }
            .filter { key in !key.columns.contains(where: restored.contains) }
        return (keys.first { $0.kind == .primaryKey } ?? keys.first)?.columns ?? []
    }

    /// Sequences go on behind the values that came back.
    private func counters(_ table: SchemaObjectID) -> [String] {
        goal.columns(of: table).compactMap { id in
            let isCounted =
                goal.column(id)?.identity != nil
                || goal.defaultExpression(of: id)?.hasPrefix("nextval(") == true
            guard isCounted, let column = id.member else { return nil }
            return
                "SELECT setval(pg_get_serial_sequence(\(Quoting.literal(name(table))), \(Quoting.literal(column))), max(\(Quoting.identifier(column)))) FROM \(name(table))"
        }
    }

    private static func parentsFirst(
        _ tables: [SchemaObjectID], _ goal: SchemaSnapshot
    ) -> [SchemaObjectID] {
        var parents: [SchemaObjectID: Set<SchemaObjectID>] = [:]
        for (id, object) in goal.objects {
            guard case .constraint(let constraint) = object,
                let target = constraint.reference?.table
            else { continue }
            if target != id.owner { parents[id.owner, default: []].insert(target) }
        }
        var result: [SchemaObjectID] = []
        var open = tables.sorted()
        while !open.isEmpty {
            let waiting = Set(open)
            let index =
                open.firstIndex { parents[$0, default: []].isDisjoint(with: waiting) }
                ?? open.startIndex
            result.append(open.remove(at: index))
        }
        return result
    }
}
