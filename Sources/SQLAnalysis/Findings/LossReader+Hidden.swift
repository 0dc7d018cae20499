extension LossReader {
    /// Why what an effect takes away cannot be counted: it reaches more than its name tells.
    func hidden(_ effect: Effect) -> String? {
        switch effect {
        case .delete(let table, _), .truncate(let table, _), .update(let table, _, _),
            .clear(let table, _, _), .overwriteSome(let table, _):
            return catalog(table) ?? older(.table, table)
        case .write(let table): return catalog(table)
        case .drop(let kind, let name, let cascade, _):
            // A view takes nothing with it, and without CASCADE nothing else does but a table.
            switch kind {
            case .table: return older(kind, name)
            case .schema where cascade, .type where cascade, .domain where cascade:
                return older(kind, name)
            default: return nil
            }
        case .dropColumn(let table, _, _, _), .alterColumnType(let table, _, _, _):
            return older(.table, table)
        default: return nil
        }
    }

    private func older(_ kind: ObjectKind, _ name: ObjectName) -> String? {
        guard schema.holdsOlder(kind, name) else { return nil }
        return "the plan has brought what was there before into the reach of \(name)"
    }

    /// The server's own tables: whatever is changed there may take anything away.
    private func catalog(_ table: ObjectName) -> String? {
        let isCatalog =
            table.schema == "pg_catalog" || table.schema == "pg_toast"
            || table.schema == nil && table.name.hasPrefix("pg_")
                && schema.object(.table, table) == nil
        return isCatalog ? "it writes the system catalog \(table.name)" : nil
    }
}
