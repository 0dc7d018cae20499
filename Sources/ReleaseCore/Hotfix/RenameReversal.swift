import PostgresLink
import SQLAnalysis
import SchemaCatalog

/// Turns a migration's own renames of tables and columns around.
///
/// Two snapshots cannot tell a rename from a drop and a create, but the script
/// says which it was, and turning a rename around keeps the rows.
struct RenameReversal {
    let script: Script
    let before: SchemaSnapshot
    let after: SchemaSnapshot

    /// In reverse order of the script; only what is there under the new name,
    /// was there under the old one, and is not both.
    var steps: [DDLStep] {
        script.statements.flatMap(\.effects).reversed().compactMap { effect in
            switch effect {
            case .rename(.table, let from, let to):
                let (old, new) = pair(from, to)
                guard isRename(old, new) else { return nil }
                return step(
                    "RenameTable",
                    "ALTER TABLE \(quoted(new)) RENAME TO \(Quoting.identifier(from.name))", old)
            case .renameColumn(let table, let from, let to):
                return column(table, from: from, to: to)
            default: return nil
            }
        }
    }

    /// The column's table may itself have another name before or after.
    private func column(_ name: ObjectName, from: String, to: String) -> DDLStep? {
        let current = table(name)
        let earlier = tableBefore(current)
        guard before.column(.column(earlier.schema, earlier.name, from)) != nil,
            before.column(.column(earlier.schema, earlier.name, to)) == nil,
            let now = [current, tableAfter(current)].first(where: { after.table($0) != nil }),
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

    private func tableAfter(_ table: SchemaObjectID) -> SchemaObjectID {
        renames.first { $0.from == table }?.to ?? table
    }

    private func tableBefore(_ table: SchemaObjectID) -> SchemaObjectID {
        renames.first { $0.to == table }?.from ?? table
    }

    private var renames: [(from: SchemaObjectID, to: SchemaObjectID)] {
        script.statements.flatMap(\.effects).compactMap { effect in
            guard case .rename(.table, let from, let to) = effect else { return nil }
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
