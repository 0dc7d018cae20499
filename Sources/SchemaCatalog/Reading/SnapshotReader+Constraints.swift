extension SnapshotReader {
    func takeConstraints(_ rows: ResultRows) {
        rows.forEach { row in
            let relation = row.number("conrelid")
            guard let kind = ConstraintDefinition.Kind(rawValue: row.text("contype")),
                let id = member(.constraint, row.text("conname"), of: relation),
                snapshot.objects[id.owner()] != nil
            else { return }
            let address = CatalogAddress(catalog: .constraint, oid: row.number("oid"))
            if kind == .trigger { return }
            // Comes and goes with its parent, under a name the server makes.
            if kind == .foreignKey, row.flag("is_inherited") { return }
            if kind != .foreignKey, row.number("conindid") != 0 {
                constraintOfIndex[row.number("conindid")] = row.number("oid")
                addresses[CatalogAddress(catalog: .relation, oid: row.number("conindid"))] = id
            }
            record(id, .constraint(constraint(row, kind, relation)), at: address)
        }
    }

    private func constraint(
        _ row: CatalogRow, _ kind: ConstraintDefinition.Kind, _ relation: Int
    ) -> ConstraintDefinition {
        let target = row.number("confrelid")
        let reference = relations[target].map { table in
            ConstraintDefinition.Reference(
                table: table, columns: columnNames(row.numbers("references"), of: target),
                onUpdate: row.text("confupdtype"), onDelete: row.text("confdeltype"),
                isSimple: row["confmatchtype"] == "s" && !row.flag("has_set_columns"))
        }
        return ConstraintDefinition(
            kind: kind, text: row.text("text"),
            columns: columnNames(row.numbers("columns"), of: relation), reference: reference,
            isDeferrable: row.flag("condeferrable"), isDeferred: row.flag("condeferred"),
            isValidated: row.flag("convalidated"), isInherited: row.flag("is_inherited"),
            enforcement: row["enforcement"])
    }

    func takeIndexes(_ rows: ResultRows) {
        rows.forEach { row in
            guard let table = relations[row.number("indrelid")],
                snapshot.objects[table] != nil
            else { return }
            noteMarks(of: row, on: table)
            guard !row.flag("is_constraint") else { return }
            let definition = IndexDefinition(
                table: table, isUnique: row.flag("indisunique"), text: indexText(row),
                columns: columnNames(row.numbers("columns"), of: row.number("indrelid")),
                hasExpressions: row.flag("has_expressions"), isValid: row.flag("indisvalid"),
                parent: nil, tablespace: row["tablespace"],
                isOnPartitioned: row.flag("on_partitioned"))
            record(
                SchemaObjectID(.index, row.text("nspname"), row.text("relname")),
                .index(definition),
                at: CatalogAddress(catalog: .relation, oid: row.number("indexrelid")))
        }
        rows.forEach(attach)
    }

    func takeIndexStatistics(_ rows: ResultRows) {
        rows.forEach { row in
            let address = CatalogAddress(catalog: .relation, oid: row.number("attrelid"))
            guard let id = addresses[address], case .index(var index)? = snapshot.objects[id]
            else { return }
            index.statistics[row.number("attnum")] = row.number("attstattarget")
            snapshot.objects[id] = .index(index)
        }
    }

    /// Parents are known once all indexes are.
    private func attach(_ row: CatalogRow) {
        let child = CatalogAddress(catalog: .relation, oid: row.number("indexrelid"))
        let parent = CatalogAddress(catalog: .relation, oid: row.number("parent"))
        guard row["parent"] != nil, let id = addresses[child],
            case .index(var index)? = snapshot.objects[id]
        else { return }
        index.parent = addresses[parent]
        snapshot.objects[id] = .index(index)
    }

    private func indexText(_ row: CatalogRow) -> String {
        let text = row.text("text")
        let prefix = row.text("prefix")
        return text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
    }

    /// What the table says about its indexes.
    private func noteMarks(of row: CatalogRow, on id: SchemaObjectID) {
        if row.flag("indisclustered"), case .view(var view)? = snapshot.objects[id] {
            view.clusteredOn = row.text("relname")
            snapshot.objects[id] = .view(view)
        }
        guard row.flag("indisclustered") || row.flag("indisreplident"),
            case .table(var table)? = snapshot.objects[id]
        else { return }
        let name = row.text("relname")
        if row.flag("indisclustered") { table.clusteredOn = name }
        if row.flag("indisreplident") { table.replicaIdentity = "USING INDEX \(quoted(name))" }
        snapshot.objects[id] = .table(table)
    }
}
