import PostgresLink
import SQLAnalysis
import SchemaCatalog

/// Turns a migration's own renames around.
///
/// Two snapshots cannot tell a rename from a drop and a create, but the script
/// says which it was, and turning a rename around keeps the rows.
struct RenameReversal {
    /// What the script does, in order.
    let effects: [Effect]
    let before: SchemaSnapshot
    let after: SchemaSnapshot

    /// In reverse order of the script; only what is there under the new name,
    /// was there under the old one, and is not both.
    var steps: [DDLStep] {
        effects.reversed().compactMap { effect in
            switch effect {
            case .rename(.table, let from, let to):
                let (old, new) = pair(from, to)
                guard isRename(old, new) else { return nil }
                return step(
                    "RenameTable",
                    "ALTER TABLE \(quoted(new)) RENAME TO \(Quoting.identifier(from.name))", old)
            case .rename(let kind, let from, let to): return object(kind, from, to)
            case .renameColumn(let table, let from, let to):
                return column(table, from: from, to: to)
            case .renameEnumValue(let type, let from, let to):
                return label(type, from: from, to: to)
            default: return nil
            }
        }
    }

    /// What other kinds of objects are called in a snapshot and in SQL.
    private static let words:
        [SQLAnalysis.ObjectKind: (kinds: [SchemaCatalog.ObjectKind], sql: String)] = [
            .type: ([.enumeration, .compositeType, .rangeType], "TYPE"),
            .domain: ([.domain], "DOMAIN"), .sequence: ([.sequence], "SEQUENCE"),
            .view: ([.view], "VIEW"), .index: ([.index], "INDEX"),
            .materializedView: ([.materializedView], "MATERIALIZED VIEW"),
        ]

    private func object(
        _ kind: SQLAnalysis.ObjectKind, _ from: ObjectName, _ to: ObjectName
    ) -> DDLStep? {
        guard let words = Self.words[kind] else { return nil }
        let (old, new) = pair(from, to)
        let renamed = words.kinds.first { kind in
            let (old, new) = (other(old, kind), other(new, kind))
            return before.objects[old] != nil && after.objects[old] == nil
                && before.objects[new] == nil && after.objects[new] != nil
        }
        guard let renamed else { return nil }
        return step(
            words.sql == "TYPE" ? "RenameType" : "Rename",
            "ALTER \(words.sql) \(quoted(new)) RENAME TO \(Quoting.identifier(old.name))",
            other(old, renamed))
    }

    private func other(_ id: SchemaObjectID, _ kind: SchemaCatalog.ObjectKind) -> SchemaObjectID {
        SchemaObjectID(kind, id.schema, id.name)
    }

    /// Rows keep a label that is renamed.
    private func label(_ name: ObjectName, from: String, to: String) -> DDLStep? {
        let type = table(name)
        let current = types.first { $0.from == type }?.to ?? type
        let earlier = types.first { $0.to == type }?.from ?? type
        guard labels(earlier, before)?.contains(from) == true,
            labels(earlier, before)?.contains(to) == false,
            labels(current, after)?.contains(to) == true,
            labels(current, after)?.contains(from) == false
        else { return nil }
        return step(
            "AlterEnum",
            "ALTER TYPE \(quoted(type)) RENAME VALUE \(Quoting.literal(to)) TO \(Quoting.literal(from))",
            other(earlier, .enumeration))
    }

    private func labels(_ type: SchemaObjectID, _ snapshot: SchemaSnapshot) -> [String]? {
        guard case .enumeration(let definition)? = snapshot.objects[other(type, .enumeration)]
        else { return nil }
        return definition.labels
    }

    /// The column's table may itself have another name before or after.
    private func column(_ name: ObjectName, from: String, to: String) -> DDLStep? {
        let current = table(name)
        let earlier = tables.first { $0.to == current }?.from ?? current
        let later = tables.first { $0.from == current }?.to ?? current
        guard before.column(.column(earlier.schema, earlier.name, from)) != nil,
            before.column(.column(earlier.schema, earlier.name, to)) == nil,
            let now = [current, later].first(where: { after.table($0) != nil }),
            after.column(.column(now.schema, now.name, to)) != nil,
            after.column(.column(now.schema, now.name, from)) == nil
        else { return nil }
        // Renames are turned around from the last to the first, so at this point
        // the table has the name it had when the script renamed the column.
        return step(
            "RenameColumn",
            "ALTER TABLE \(quoted(current)) RENAME COLUMN \(Quoting.identifier(to)) TO \(Quoting.identifier(from))",
            .column(earlier.schema, earlier.name, from))
    }

    private var tables: [(from: SchemaObjectID, to: SchemaObjectID)] { renames(of: .table) }
    private var types: [(from: SchemaObjectID, to: SchemaObjectID)] { renames(of: .type) }

    private func renames(
        of kind: SQLAnalysis.ObjectKind
    ) -> [(from: SchemaObjectID, to: SchemaObjectID)] {
        effects.compactMap { effect in
            guard case .rename(kind, let from, let to) = effect else { return nil }
            return pair(from, to)
        }
    }

    /// A new name without a schema stays in the old one's.
    private func pair(
        _ from: ObjectName, _ to: ObjectName
    ) -> (from: SchemaObjectID, to: SchemaObjectID) {
        (table(from), table(to.schema ?? from.schema, to.name))
    }

    private func isRename(_ old: SchemaObjectID, _ new: SchemaObjectID) -> Bool {
        before.table(old) != nil && after.table(old) == nil && before.table(new) == nil
            && after.table(new) != nil
    }

    private func table(_ name: ObjectName) -> SchemaObjectID { table(name.schema, name.name) }

    private func table(_ schema: String?, _ name: String) -> SchemaObjectID {
        .table(schema ?? before.defaultSchema, name)
    }

    private func quoted(_ table: SchemaObjectID) -> String {
        let schema =
            table.schema == before.defaultSchema ? "" : Quoting.identifier(table.schema) + "."
        return schema + Quoting.identifier(table.name)
    }

    private func step(_ name: String, _ statement: String, _ object: SchemaObjectID) -> DDLStep {
        DDLStep(name, [statement], objects: [object])
    }
}
