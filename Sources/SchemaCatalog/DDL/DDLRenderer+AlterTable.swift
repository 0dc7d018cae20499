extension DDLRenderer {
    func alterTable(_ id: SchemaObjectID, _ old: TableDefinition, _ new: TableDefinition)
        -> DDLPiece
    {
        let table = "ALTER TABLE \(name(id))"
        var statements: [String] = []
        if let partition = old.partition, old.partition != new.partition {
            statements.append("ALTER TABLE \(name(partition.parent)) DETACH PARTITION \(name(id))")
        }
        if let partition = new.partition, old.partition != new.partition {
            statements.append(attachText(id, partition))
        }
        statements += old.inherits.filter { !new.inherits.contains($0) }
            .map { "\(table) NO INHERIT \(name($0))" }
        statements += new.inherits.filter { !old.inherits.contains($0) }
            .map { "\(table) INHERIT \(name($0))" }
        if old.isUnlogged != new.isUnlogged {
            statements.append("\(table) SET \(new.isUnlogged ? "UNLOGGED" : "LOGGED")")
        }
        let (set, reset) = Self.parameters(old.storageParameters, new.storageParameters)
        if !reset.isEmpty { statements.append("\(table) RESET (\(reset.joined(separator: ", ")))") }
        if !set.isEmpty { statements.append("\(table) SET (\(set.joined(separator: ", ")))") }
        if old.accessMethod != new.accessMethod {
            statements.append("\(table) SET ACCESS METHOD \(quoted(new.accessMethod ?? "heap"))")
        }
        if old.tablespace != new.tablespace {
            statements.append(
                "\(table) SET TABLESPACE \(quoted(new.tablespace ?? "pg_default"))")
        }
        return DDLPiece(
            step: "AlterTable", statements: statements + tableSettings(id, old, new))
    }

    /// Adds a column to a table that exists.
    func addColumn(_ id: SchemaObjectID, _ definition: ColumnDefinition) -> DDLPiece {
        let isFilled =
            definition.identity != nil || definition.generated != nil
            || to.defaultExpression(of: id) != nil
        let mustWait = isCompatible && definition.isNotNull && !isFilled
        let text = columnText(id, definition, isNullable: mustWait)
        // Five spaces: Prisma's own renderer indents the column.
        var piece = DDLPiece.clause(id.owner(), "ADD COLUMN     \(text)")
        piece.clauses += storageClauses(id, nil, definition)
        if definition.generated == nil {
            piece.losses = [DataLoss(object: id, kind: .restoredEmpty)]
        }
        if mustWait { piece.followUps = notNullFollowUps(id) }
        return piece
    }

    private func notNullFollowUps(_ id: SchemaObjectID) -> [FollowUp] {
        let column = quoted(id.member ?? "")
        let reason =
            "Fill \(column) first: UPDATE \(name(id.owner())) SET \(column) = ..."
            + " WHERE \(column) IS NULL."
        return [
            FollowUp(
                reason: reason,
                statement: "ALTER TABLE \(name(id.owner())) ALTER COLUMN \(column) SET NOT NULL")
        ]
    }

    func alterColumn(_ id: SchemaObjectID, _ old: ColumnDefinition, _ new: ColumnDefinition)
        -> DDLPiece
    {
        var piece = DDLPiece(step: "AlterTable", table: id.owner())
        let column = "ALTER COLUMN \(quoted(id.member ?? ""))"
        if old.generated != nil, new.generated == nil {
            piece.clauses.append("\(column) DROP EXPRESSION")
        }
        if old.identity != nil, new.identity == nil {
            piece.clauses.append("\(column) DROP IDENTITY")
        }
        if plan.retyped.contains(id) {
            piece.clauses.append("\(column) SET DATA TYPE \(typeClause(id, old, new))")
            piece.losses = [DataLoss(object: id, kind: .converted)]
        }
        if old.isNotNull != new.isNotNull {
            if new.isNotNull, isCompatible {
                piece.followUps = notNullFollowUps(id)
            } else {
                piece.clauses.append("\(column) \(new.isNotNull ? "SET" : "DROP") NOT NULL")
            }
        }
        piece.clauses += identityClauses(column, old.identity, new.identity)
        piece.clauses += storageClauses(id, old, new)
        return piece
    }

    private func typeClause(
        _ id: SchemaObjectID, _ old: ColumnDefinition, _ new: ColumnDefinition
    ) -> String {
        let collation = new.collation.map { " COLLATE \($0)" } ?? ""
        let type = spelling.type(new.type)
        let column = quoted(id.member ?? "")
        let isSameType = old.type == new.type
        guard isSameType ? isMoved(new.type) : !Conversion.isImplicit(old.type, new.type) else {
            return type + collation
        }
        return
            "\(type)\(collation) USING (\(Conversion.expression(column, old.type, new.type, type)))"
    }

    /// Whether the type of this name is another one now.
    private func isMoved(_ type: TypeReference) -> Bool {
        [ObjectKind.enumeration, .domain, .compositeType, .rangeType]
            .contains { plan.isReplacedType(SchemaObjectID($0, type.schema, type.name)) }
    }

    private func identityClauses(
        _ column: String, _ old: ColumnDefinition.Identity?, _ new: ColumnDefinition.Identity?
    ) -> [String] {
        guard let new, old != new else { return [] }
        guard let old else { return ["\(column) ADD GENERATED \(identityText(new))"] }
        var changes: [String] = []
        if old.always != new.always {
            changes.append("SET GENERATED \(new.always ? "ALWAYS" : "BY DEFAULT")")
        }
        if old.options != new.options {
            changes += sequenceOptions(new.options, all: true, withType: false).map { "SET \($0)" }
        }
        return changes.isEmpty ? [] : ["\(column) \(changes.joined(separator: " "))"]
    }
}

/// How values get from one type to another.
enum Conversion {
    /// Whether the server's assignment cast changes no value silently.
    static func isImplicit(_ old: TypeReference, _ new: TypeReference) -> Bool {
        guard old.isArray == new.isArray, old.schema == "pg_catalog", new.schema == "pg_catalog"
        else { return false }
        if old.name == new.name { return true }
        return widenings[old.name]?.contains(new.name) ?? false
    }

    private static let widenings: [String: Set<String>] = [
        "int2": ["int4", "int8", "numeric"], "int4": ["int8", "numeric", "int2"],
        "int8": ["numeric", "int4", "int2"], "varchar": ["text"], "text": ["varchar"],
        "bpchar": ["text", "varchar"], "json": ["jsonb", "text"], "jsonb": ["json", "text"],
        "date": ["timestamp"], "uuid": ["text", "varchar"], "float4": ["float8"],
    ]

    /// By way of text, which fails on a value that does not fit instead of
    /// rounding or cutting it. Between the two kinds of timestamp text would
    /// drop the zone, so UTC is named: it is what Prisma writes.
    static func expression(
        _ column: String, _ old: TypeReference, _ new: TypeReference, _ target: String
    ) -> String {
        if !old.isArray, !new.isArray, Set([old.name, new.name]) == ["timestamp", "timestamptz"] {
            return "\(column) AT TIME ZONE 'UTC'"
        }
        if !old.isArray, new.isArray {
            return "CASE WHEN \(column) IS NULL THEN NULL ELSE ARRAY[\(column)::text]::text[]"
                + "::\(target) END"
        }
        return "\(column)::text::\(target)"
    }
}
