/// What a statement asks of a relation, in the detail on which locks, scans and rewrites depend.
///
/// ``Effect`` says what becomes of objects; this says what it takes to get there.
public enum TableAction: Sendable, Hashable {
    /// A form whose lock and work depend on nothing else, by its words, such as `ENABLE TRIGGER`.
    case fixed(String, ObjectKind, ObjectName, LockMode, Impact.Work)
    /// CREATE TABLE.
    case createTable(NewTable)
    /// DROP TABLE.
    case dropTable(ObjectName, cascade: Bool)
    /// ADD COLUMN.
    case addColumn(table: ObjectName, NewColumn, ifNotExists: Bool)
    /// DROP COLUMN.
    case dropColumn(table: ObjectName, column: String)
    /// ALTER COLUMN … TYPE; `converts` where USING does more than to cast the column.
    case alterType(table: ObjectName, column: String, to: ColumnType, converts: Bool)
    /// SET NOT NULL.
    case setNotNull(table: ObjectName, column: String)
    /// DROP NOT NULL.
    case dropNotNull(table: ObjectName, column: String)
    /// SET DEFAULT, or DROP DEFAULT.
    case setDefault(table: ObjectName, column: String, isDropped: Bool)
    /// ADD table constraint.
    case addConstraint(table: ObjectName, TableConstraint)
    /// VALIDATE CONSTRAINT.
    case validateConstraint(table: ObjectName, String)
    /// DROP CONSTRAINT.
    case dropConstraint(table: ObjectName, String)
    /// RENAME CONSTRAINT.
    case renameConstraint(table: ObjectName, from: String, to: String)
    /// ATTACH PARTITION.
    case attachPartition(of: ObjectName, ObjectName, isDefault: Bool)
    /// DETACH PARTITION.
    case detachPartition(of: ObjectName, ObjectName, isConcurrent: Bool)
    /// CREATE INDEX.
    case createIndex(NewIndex)
    /// DROP INDEX.
    case dropIndex(ObjectName, isConcurrent: Bool)
    /// REINDEX TABLE or INDEX.
    case reindex(ObjectKind, ObjectName, isConcurrent: Bool)
    /// CREATE DOMAIN over a type.
    case createDomain(ObjectName, base: ColumnType?, isConstrained: Bool)
    /// ALTER DOMAIN … ADD CONSTRAINT, SET NOT NULL or VALIDATE CONSTRAINT.
    case constrainDomain(ObjectName, isNotValid: Bool)
    /// CREATE FUNCTION or ALTER FUNCTION with a volatility.
    case declareFunction(ObjectName, Volatility)

    /// A table as CREATE TABLE writes it.
    public struct NewTable: Sendable, Hashable {
        /// Its name.
        public let name: ObjectName
        /// Its columns in order.
        public let columns: [NewColumn]
        /// The constraints that stand beside the columns.
        public let constraints: [TableConstraint]
        /// The table that it is a partition of.
        public let partitionOf: ObjectName?
        /// The tables that it inherits from.
        public let inherits: [ObjectName]
        /// Whether it may be there already.
        public let ifNotExists: Bool
    }
}
