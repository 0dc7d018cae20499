/// What a statement does to an object of the database.
public enum Effect: Sendable, Hashable {
    /// CREATE of anything that has a name of its own. `columns` are those of a table, in order;
    /// empty where they are not written, as in CREATE TABLE AS.
    case create(ObjectKind, ObjectName, columns: [Column], ifNotExists: Bool)
    /// CREATE TYPE … AS ENUM. `ifNotExists` inside a DO block, which may ask first.
    case createEnum(ObjectName, values: [String], ifNotExists: Bool)
    /// DROP of anything that has a name of its own.
    case drop(ObjectKind, ObjectName, cascade: Bool, ifExists: Bool)
    /// ALTER … RENAME TO; `to` is in the schema of `from`.
    case rename(ObjectKind, from: ObjectName, to: ObjectName)
    /// ALTER … SET SCHEMA.
    case setSchema(ObjectKind, ObjectName, schema: String)
    /// ALTER TABLE … ADD COLUMN.
    case addColumn(table: ObjectName, Column, ifNotExists: Bool)
    /// ALTER TABLE … DROP COLUMN.
    case dropColumn(table: ObjectName, column: String, cascade: Bool, ifExists: Bool)
    /// ALTER TABLE … RENAME COLUMN.
    case renameColumn(table: ObjectName, from: String, to: String)
    /// ALTER TABLE … ALTER COLUMN … TYPE; `hasUsing` where the author says how to convert.
    case alterColumnType(table: ObjectName, column: String, to: ColumnType, hasUsing: Bool)
    /// ALTER TYPE … ADD VALUE.
    case addEnumValue(type: ObjectName, value: String)
    /// ALTER TYPE … RENAME VALUE.
    case renameEnumValue(type: ObjectName, from: String, to: String)
    /// TRUNCATE, once for each table.
    case truncate(ObjectName, cascade: Bool)
    /// DELETE; `isFiltered` where a condition or a join limits the rows.
    case delete(ObjectName, isFiltered: Bool)
    /// UPDATE of columns; `isFiltered` where a condition or a join limits the rows.
    case update(ObjectName, columns: [String], isFiltered: Bool)
    /// DROP OWNED BY roles.
    case dropOwned(roles: [String])
    /// SET search_path; empty for one that names no schema.
    case setSearchPath([String])
}

/// A column of a table, as a script writes it.
public struct Column: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// Its type; nil where it is not written.
    public let type: ColumnType?
}

/// A type as a script writes it, with PostgreSQL's own names folded to one spelling.
public struct ColumnType: Sendable, Hashable, CustomStringConvertible {
    /// The type's name; PostgreSQL's own types have no schema, and internal names such as `int4`.
    public let name: ObjectName
    /// Length, or precision and scale; empty where none are written.
    public let modifiers: [Int]
    /// Whether it is an array of that type.
    public let isArray: Bool

    /// The type as SQL writes it.
    public var description: String {
        let base = Self.spelling[name.name].flatMap { name.schema == nil ? $0 : nil }
        let modifier =
            modifiers.isEmpty ? "" : "(\(modifiers.map(String.init).joined(separator: ",")))"
        return (base ?? name.description) + modifier + (isArray ? "[]" : "")
    }

    private static let spelling = [
        "int2": "smallint", "int4": "integer", "int8": "bigint", "float4": "real",
        "float8": "double precision", "bool": "boolean", "varchar": "character varying",
        "bpchar": "character",
    ]
}

/// The kinds of objects that statements create and drop, by PostgreSQL's words.
public enum ObjectKind: String, Sendable, Hashable, Codable {
    // Relations.
    case table, view, index, sequence
    case materializedView = "materialized view"
    case foreignTable = "foreign table"
    // Other objects in a schema.
    case type, domain, function, procedure, routine, aggregate, collation, statistics
    case `operator`
    // Parts of a table.
    case column, trigger, policy, rule, constraint
    // Objects of the database or the cluster.
    case schema, `extension`, database, role, publication, subscription, server, language
    case eventTrigger = "event trigger"
    case other = "object"
}
