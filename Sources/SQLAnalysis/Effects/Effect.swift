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
    /// ALTER TABLE … ALTER COLUMN … TYPE.
    case alterColumnType(table: ObjectName, column: String, to: ColumnType, Conversion)
    /// ALTER TYPE … DROP ATTRIBUTE, or one of another type.
    case changeAttribute(of: ObjectName)
    /// ALTER TYPE … ADD VALUE.
    case addEnumValue(type: ObjectName, value: String)
    /// ALTER TYPE … RENAME VALUE.
    case renameEnumValue(type: ObjectName, from: String, to: String)
    /// TRUNCATE, once for each table.
    case truncate(ObjectName, cascade: Bool)
    /// DELETE, also that of MERGE.
    case delete(ObjectName, RowSelection)
    /// UPDATE of columns; `isFiltered` where a condition or a join limits the rows.
    case update(ObjectName, columns: [String], isFiltered: Bool)
    /// UPDATE that leaves nothing in a column of the rows that a condition picks.
    case clear(ObjectName, column: String, RowSelection)
    /// Columns of rows that nothing names: INSERT … ON CONFLICT DO UPDATE, MERGE … UPDATE.
    case overwriteSome(ObjectName, columns: [String])
    /// Rows that come: INSERT, COPY FROM.
    case write(ObjectName)
    /// A function or procedure that runs.
    case call(ObjectName)
    /// CREATE FUNCTION or PROCEDURE, with what its body does when it runs.
    case defineRoutine(ObjectName, body: [Effect])
    /// A relation gets another one's rows into its reach: a partition, a child, a view of it.
    case hold(ObjectName, in: ObjectName)
    /// A trigger or a rule: what happens when rows of a relation change.
    case react(to: ObjectName, with: [Effect])
    /// What cannot be read and may take something away, as a sentence without a full stop.
    case unreadable(String)
    /// DROP OWNED BY roles.
    case dropOwned(roles: [String])
    /// SET search_path; empty for one that names no schema.
    case setSearchPath([String])
    /// The end of a temporary table of ON COMMIT DROP, when its transaction ends.
    case dropAtCommit(ObjectName)
    /// DISCARD TEMP or ALL.
    case discardTemporary
    /// A transaction of the script's own, or a savepoint.
    case transaction(TransactionStep)
}

/// How ALTER COLUMN … TYPE comes to the new values.
public enum Conversion: Sendable, Hashable {
    /// Without USING.
    case implicit
    /// USING only casts the column.
    case cast
    /// USING computes them; the expression as SQL, nil where it cannot be written.
    case expression(String?)

    /// Whether there is a USING.
    public var hasUsing: Bool { self != .implicit }

    /// Whether USING does more than to cast.
    public var computes: Bool {
        if case .expression = self { return true }
        return false
    }
}

/// A step of a transaction that a script controls itself.
public enum TransactionStep: Sendable, Hashable {
    case begin, commit, rollback
    case savepoint(String), release(String), rollbackTo(String)
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
