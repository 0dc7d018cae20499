extension DDLRenderer {
    func createTable(_ id: SchemaObjectID, _ table: TableDefinition) -> DDLPiece {
        var lines = columnLines(id, table).map { "    " + $0 }
        let constraints = inlineConstraints(id).map { "    " + $0 }
        if !constraints.isEmpty, !lines.isEmpty { lines[lines.count - 1] += ",\n" }
        let body =
            lines.joined(separator: ",\n")
            + (lines.isEmpty || constraints.isEmpty ? "" : "\n")
            + constraints.joined(separator: ",\n")
        let kind = table.isUnlogged ? "UNLOGGED TABLE" : "TABLE"
        let text = "CREATE \(kind) \(name(id)) (\n\(body)\n)\(tableOptions(table))"
        let statements = [text] + columnSettings(id) + tableSettings(id, nil, table)
        return DDLPiece(
            step: "CreateTable", statements: statements,
            losses: [DataLoss(object: id, kind: .restoredEmpty)])
    }

    private func columnLines(_ id: SchemaObjectID, _ table: TableDefinition) -> [String] {
        to.columns(of: id).compactMap { column in
            guard let definition = to.column(column), !graph.isolated.contains(column),
                definition.isLocal || table.inherits.isEmpty
            else { return nil }
            return columnText(column, definition)
        }
    }

    private func inlineConstraints(_ id: SchemaObjectID) -> [String] {
        let here = plan.creates.filter {
            $0.kind == .constraint && $0.owner() == id
                && graph.creating($0) == Operation(verb: .create, id: id)
        }
        return here.sorted { left, right in
            (to.constraint(left)?.kind == .primaryKey ? 0 : 1, left)
                < (to.constraint(right)?.kind == .primaryKey ? 0 : 1, right)
        }.compactMap { constraint in
            guard let definition = to.constraint(constraint),
                to.table(id)?.inherits.isEmpty == true || !definition.isInherited
            else { return nil }
            return "CONSTRAINT \(quoted(constraint.member ?? "")) "
                + constraintText(definition, keySeparator: ",")
        }
    }

    private func tableOptions(_ table: TableDefinition) -> String {
        var text = ""
        if !table.inherits.isEmpty {
            text += " INHERITS (\(table.inherits.map(name).joined(separator: ", ")))"
        }
        if let key = table.partitionKey { text += " PARTITION BY \(key)" }
        if let method = table.accessMethod { text += " USING \(quoted(method))" }
        if !table.storageParameters.isEmpty {
            text += " WITH (\(table.storageParameters.joined(separator: ", ")))"
        }
        if let tablespace = table.tablespace { text += " TABLESPACE \(quoted(tablespace))" }
        return text
    }

    /// `"email" TEXT NOT NULL DEFAULT ''`.
    func columnText(
        _ id: SchemaObjectID, _ definition: ColumnDefinition, isNullable: Bool = false
    ) -> String {
        var text = quoted(id.member ?? "") + " "
        if let sequence = to.serialSequence(of: id), graph.isSerial(sequence) {
            let serials = ["smallint": "SMALLSERIAL", "bigint": "BIGSERIAL"]
            return text + (serials[definition.type.text] ?? "SERIAL") + " NOT NULL"
        }
        text += spelling.type(definition.type)
        if let collation = definition.collation { text += " COLLATE \(collation)" }
        if definition.isNotNull, !isNullable { text += " NOT NULL" }
        if let generated = definition.generated {
            text += " GENERATED ALWAYS AS (\(generated)) STORED"
        } else if let identity = definition.identity {
            text += " GENERATED \(identityText(identity))"
        } else if let expression = inlineDefault(id) {
            text += " DEFAULT \(Self.defaultText(expression, definition.type))"
        }
        return text
    }

    private func inlineDefault(_ column: SchemaObjectID) -> String? {
        let id = column.sibling(.columnDefault, column.member)
        return graph.isolated.contains(id) ? nil : to.defaultExpression(of: column)
    }

    func identityText(_ identity: ColumnDefinition.Identity) -> String {
        var options = sequenceOptions(identity.options, withType: false)
        options.insert("SEQUENCE NAME \(identity.sequence)", at: 0)
        return "\(identity.always ? "ALWAYS" : "BY DEFAULT") AS IDENTITY"
            + " (\(options.joined(separator: " ")))"
    }

    /// Settings of new columns that only `ALTER TABLE` can make.
    private func columnSettings(_ table: SchemaObjectID) -> [String] {
        let clauses = to.columns(of: table).flatMap { column in
            to.column(column).map { storageClauses(column, nil, $0) } ?? []
        }
        return clauses.isEmpty
            ? [] : ["ALTER TABLE \(name(table)) \(clauses.joined(separator: ",\n"))"]
    }

    func storageClauses(
        _ id: SchemaObjectID, _ old: ColumnDefinition?, _ new: ColumnDefinition
    ) -> [String] {
        let column = "ALTER COLUMN \(quoted(id.member ?? ""))"
        var clauses: [String] = []
        if old?.statisticsTarget != new.statisticsTarget {
            clauses.append("\(column) SET STATISTICS \(new.statisticsTarget ?? -1)")
        }
        if old?.storage != new.storage {
            clauses.append("\(column) SET STORAGE \(new.storage ?? "EXTENDED")")
        }
        if old?.compression != new.compression {
            clauses.append("\(column) SET COMPRESSION \(new.compression ?? "default")")
        }
        let (set, reset) = Self.parameters(old?.options ?? [], new.options)
        if !reset.isEmpty { clauses.append("\(column) RESET (\(reset.joined(separator: ", ")))") }
        if !set.isEmpty { clauses.append("\(column) SET (\(set.joined(separator: ", ")))") }
        return clauses
    }

    /// Parameters to set, and the names of those to reset.
    static func parameters(_ old: [String], _ new: [String]) -> (set: [String], reset: [String]) {
        let key: (String) -> String = { String($0.prefix { $0 != "=" }) }
        let kept = Set(new.map(key))
        return (new.filter { !old.contains($0) }, old.map(key).filter { !kept.contains($0) })
    }

    /// What a table is told after it exists.
    func tableSettings(
        _ id: SchemaObjectID, _ old: TableDefinition?, _ new: TableDefinition
    ) -> [String] {
        let table = "ALTER TABLE \(name(id))"
        var statements: [String] = []
        if (old?.rowSecurity ?? false) != new.rowSecurity {
            statements.append(
                "\(table) \(new.rowSecurity ? "ENABLE" : "DISABLE") ROW LEVEL SECURITY")
        }
        if (old?.forcesRowSecurity ?? false) != new.forcesRowSecurity {
            statements.append(
                "\(table) \(new.forcesRowSecurity ? "FORCE" : "NO FORCE") ROW LEVEL SECURITY")
        }
        return statements
    }

    /// Marks that name an index, which must exist first.
    func indexMarks(_ id: SchemaObjectID, _ old: TableDefinition?, _ new: TableDefinition)
        -> [String]
    {
        let table = "ALTER TABLE \(name(id))"
        var statements: [String] = []
        if (old?.replicaIdentity ?? "DEFAULT") != new.replicaIdentity {
            statements.append("\(table) REPLICA IDENTITY \(new.replicaIdentity)")
        }
        if old?.clusteredOn != new.clusteredOn {
            statements.append(
                new.clusteredOn.map { "\(table) CLUSTER ON \(quoted($0))" }
                    ?? "\(table) SET WITHOUT CLUSTER")
        }
        return statements
    }

    func attach(_ id: SchemaObjectID) -> DDLPiece {
        guard let partition = to.table(id)?.partition else { return DDLPiece(step: "") }
        return .statement("AttachPartition", attachText(id, partition))
    }

    func attachText(_ id: SchemaObjectID, _ partition: TableDefinition.Partition) -> String {
        "ALTER TABLE \(name(partition.parent)) ATTACH PARTITION \(name(id)) \(partition.bound)"
    }
}
