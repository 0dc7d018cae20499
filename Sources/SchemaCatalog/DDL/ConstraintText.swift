extension DDLRenderer {
    /// A constraint from its first keyword on. Keys in Prisma's words where
    /// these say everything, the server's own text otherwise.
    func constraintText(_ definition: ConstraintDefinition, keySeparator: String = ", ") -> String {
        switch definition.kind {
        case .primaryKey where isPlainKey(definition, "PRIMARY KEY ("):
            "PRIMARY KEY (\(spelling.list(definition.columns, separator: keySeparator)))"
        case .unique where isPlainKey(definition, "UNIQUE ("):
            "UNIQUE (\(spelling.list(definition.columns)))"
        case .foreignKey: foreignKeyText(definition)
        default: definition.text
        }
    }

    /// Nothing but columns in one pair of parentheses.
    private func isPlainKey(_ definition: ConstraintDefinition, _ start: String) -> Bool {
        definition.text.hasPrefix(start) && definition.text.hasSuffix(")")
            && definition.text.filter { $0 == "(" }.count == 1
    }

    private func foreignKeyText(_ definition: ConstraintDefinition) -> String {
        guard let reference = definition.reference, reference.isSimple,
            let update = Self.actions[reference.onUpdate],
            let delete = Self.actions[reference.onDelete]
        else { return definition.text }
        var text = "FOREIGN KEY (\(spelling.list(definition.columns))) REFERENCES "
        text += "\(name(reference.table))(\(spelling.list(reference.columns)))"
        text += " ON DELETE \(delete) ON UPDATE \(update)"
        if definition.isDeferrable { text += " DEFERRABLE" }
        if definition.isDeferred { text += " INITIALLY DEFERRED" }
        return definition.isValidated ? text : text + " NOT VALID"
    }

    private static let actions = [
        "a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT",
    ]

    func createConstraint(_ id: SchemaObjectID, _ definition: ConstraintDefinition) -> DDLPiece {
        let constraint = quoted(id.member ?? "")
        let add = "ADD CONSTRAINT \(constraint) \(constraintText(definition))"
        let isForeign = definition.kind == .foreignKey
        let step = isForeign ? "AddForeignKey" : "AlterTable"
        let table = "ALTER TABLE \(name(id.owner()))"
        if canStartUnchecked(id, definition) {
            let validation = "\(table) VALIDATE CONSTRAINT \(constraint)"
            guard let target = definition.reference?.table, plan.creates.contains(target) else {
                return .statement(step, "\(table) \(add) NOT VALID", validation)
            }
            // The table it points at comes back empty, so rows here would fail.
            var piece = DDLPiece.statement(step, "\(table) \(add) NOT VALID")
            let reason = "Bring the rows of \(name(target)) back first."
            piece.followUps = [FollowUp(reason: reason, statement: validation)]
            return piece
        }
        return isForeign ? .statement(step, "\(table) \(add)") : .clause(id.owner(), add)
    }

    /// Whether existing rows are looked at in a statement of its own, which
    /// does not lock out writers. PostgreSQL has no such form for foreign keys
    /// of partitioned tables.
    private func canStartUnchecked(_ id: SchemaObjectID, _ definition: ConstraintDefinition) -> Bool
    {
        guard isCompatible, isOnExistingTable(id), definition.isValidated else { return false }
        return definition.kind == .check
            || (definition.kind == .foreignKey && to.table(id.owner())?.partitionKey == nil)
    }

    func createIndex(_ id: SchemaObjectID, _ index: IndexDefinition) -> DDLPiece {
        var kind = index.isUnique ? "UNIQUE INDEX" : "INDEX"
        // PostgreSQL has no such form for partitioned tables.
        if plan.concurrent.contains(index.table), !index.isOnPartitioned { kind += " CONCURRENTLY" }
        var text = "CREATE \(kind) \(quoted(id.name)) ON \(name(index.table))"
        text += IndexText(index.text).text
        return DDLPiece(
            step: "CreateIndex", statements: [text] + statistics(id, [:], index.statistics))
    }
}
