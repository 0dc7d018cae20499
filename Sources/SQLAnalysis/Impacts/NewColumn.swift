/// A column as CREATE TABLE or ADD COLUMN writes it, with what decides about scans and rewrites.
public struct NewColumn: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// Its type; nil where it is not written.
    public let type: ColumnType?
    /// Whether NOT NULL, PRIMARY KEY, an identity or `serial` forbids nulls.
    public var isNotNull = false
    /// What fills existing rows.
    public var filling = Filling.nothing
    /// Whether each row gets a number of its own, from `serial` or an identity.
    public var isNumbered = false
    /// CHECK, UNIQUE, PRIMARY KEY and REFERENCES behind the column.
    public var constraints: [TableConstraint] = []

    /// What fills a new column in the rows that are there.
    public enum Filling: Sendable, Hashable {
        /// NULL.
        case nothing
        /// A default that calls these functions; none for a constant.
        case value(functions: [ObjectName])
        /// A sequence, of `serial` or an identity, or an expression of other columns: a value
        /// of its own for every row.
        case computed
    }
}

/// A constraint as a script writes it.
public struct TableConstraint: Sendable, Hashable {
    /// What it demands.
    public enum Kind: String, Sendable, Hashable {
        case check = "CHECK"
        case foreignKey = "FOREIGN KEY"
        case unique = "UNIQUE"
        case primaryKey = "PRIMARY KEY"
        case exclusion = "EXCLUDE"
    }

    /// What it demands.
    public let kind: Kind
    /// Its name; nil where PostgreSQL finds one.
    public let name: String?
    /// The columns it is about, as far as they are written.
    public let columns: [String]
    /// Whether it was added NOT VALID and not validated since.
    public var isNotValid = false
    /// The table a foreign key points to.
    public var references: ObjectName?
    /// The columns there that it points to; empty for those of the primary key.
    public var referencedColumns: [String] = []
    /// The index that a UNIQUE or PRIMARY KEY takes over.
    public var usingIndex: String?
    /// The columns that a CHECK keeps from being null.
    public var notNullColumns: [String] = []
    /// Where it begins in the script, in UTF-8 bytes; nil inside a DO block.
    public var offset: Int?

    /// Whether a foreign key may point to a column of the other table.
    func refersTo(_ column: String, primaryKey: TableConstraint?) -> Bool {
        let columns = referencedColumns.isEmpty ? primaryKey?.columns : referencedColumns
        return columns?.contains(column) ?? true
    }
}

/// An index as CREATE INDEX writes it.
public struct NewIndex: Sendable, Hashable {
    /// Its name; nil where PostgreSQL finds one.
    public let name: ObjectName?
    /// Its table.
    public let table: ObjectName
    /// Its columns in order; nil for an expression.
    public let columns: [String?]
    /// Whether it refuses duplicates.
    public let isUnique: Bool
    /// Whether it holds only some rows.
    public let isPartial: Bool
    /// Whether it is built CONCURRENTLY.
    public let isConcurrent: Bool
    /// Whether it may be there already.
    public let ifNotExists: Bool
}

/// How much the result of a function depends on, as in `pg_proc.provolatile`.
public enum Volatility: String, Sendable, Hashable, Codable {
    case immutable = "i"
    case stable = "s"
    case volatile = "v"
}
