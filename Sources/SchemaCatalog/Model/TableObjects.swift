/// A table without its columns, constraints and indexes, which are objects of
/// their own.
public struct TableDefinition: Sendable, Hashable {
    public var isUnlogged: Bool
    /// `RANGE (created_at)` for a partitioned table.
    public var partitionKey: String?
    /// The parent and the bound of a partition.
    public var partition: Partition?
    /// Parents by plain inheritance, in order.
    public var inherits: [SchemaObjectID]
    /// `fillfactor=70`, `toast.autovacuum_enabled=false`.
    public var storageParameters: [String]
    public var rowSecurity: Bool
    public var forcesRowSecurity: Bool
    /// `DEFAULT`, `NOTHING`, `FULL` or `USING INDEX "name"`.
    public var replicaIdentity: String
    /// The index the table was last clustered on.
    public var clusteredOn: String?
    /// Where it is not the server's default.
    public var accessMethod: String?
    public var tablespace: String?
    /// The composite type of a typed table.
    public var ofType: String?

    public struct Partition: Sendable, Hashable {
        public var parent: SchemaObjectID
        /// `FOR VALUES FROM (1) TO (2)` or `DEFAULT`.
        public var bound: String
    }

    /// The tables its columns may come from.
    var parents: [SchemaObjectID] { inherits + (partition.map { [$0.parent] } ?? []) }
}

/// A column of a table. Its ordinary default is an object of its own.
public struct ColumnDefinition: Sendable, Hashable {
    public var type: TypeReference
    public var isNotNull: Bool
    /// Where it is not the type's own.
    public var collation: String?
    public var identity: Identity?
    /// The expression of a stored generated column.
    public var generated: String?
    public var statisticsTarget: Int?
    /// `PLAIN`, `EXTERNAL`, `EXTENDED` or `MAIN`, where it is not the type's own.
    public var storage: String?
    /// `pglz` or `lz4`, where set.
    public var compression: String?
    /// `n_distinct=100`.
    public var options: [String]
    /// Whether the column comes from a parent table.
    public var isInherited: Bool
    /// Whether the table declares it itself.
    public var isLocal: Bool

    public struct Identity: Sendable, Hashable {
        public var always: Bool
        public var options: SequenceOptions
        /// The sequence behind it, quoted and where necessary qualified.
        public var sequence: String
    }
}

/// A constraint of a table.
public struct ConstraintDefinition: Sendable, Hashable {
    public var kind: Kind
    /// As the server prints it, from `PRIMARY KEY`, `CHECK` or `FOREIGN KEY` on.
    public var text: String
    public var columns: [String]
    public var reference: Reference?
    public var isDeferrable: Bool
    public var isDeferred: Bool
    public var isValidated: Bool
    /// Whether it came with a parent table.
    public var isInherited: Bool
    /// `D`, `R` or `A` where a trigger that enforces it is disabled, or enabled in
    /// replicas or always: `DISABLE TRIGGER ALL` turns off foreign keys too. Making
    /// the constraint anew turns it on again, and looks at the rows that came meanwhile.
    public var enforcement: String?

    public enum Kind: String, Sendable, Hashable {
        case primaryKey = "p"
        case unique = "u"
        case foreignKey = "f"
        case check = "c"
        case exclusion = "x"
        /// A constraint trigger: the trigger object stands for it.
        case trigger = "t"
    }

    /// What a foreign key points to. Actions are the catalog's letters: `a` no
    /// action, `r` restrict, `c` cascade, `n` set null, `d` set default.
    public struct Reference: Sendable, Hashable {
        public var table: SchemaObjectID
        public var columns: [String]
        public var onUpdate: String
        public var onDelete: String
        /// Whether the form `MATCH SIMPLE` without column lists says it all.
        public var isSimple: Bool
    }
}

/// An index that no constraint owns.
public struct IndexDefinition: Sendable, Hashable {
    /// The table or materialized view.
    public var table: SchemaObjectID
    public var isUnique: Bool
    /// From the access method on: `btree (slug) WHERE (active)`.
    public var text: String
    /// The plain columns among its keys.
    public var columns: [String]
    /// Whether it has expressions or a predicate, which name types and functions.
    public var hasExpressions: Bool
    public var isValid: Bool
    /// The index of the partitioned parent it is attached to.
    public var parent: SchemaObjectID?
    public var tablespace: String?
    /// Statistics targets of its expressions, by position.
    public var statistics: [Int: Int] = [:]
    /// Whether its table is partitioned.
    public var isOnPartitioned: Bool
}
