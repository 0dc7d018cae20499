/// What a statement did to the relations of a database, as the server tells it.
public struct Measurement: Sendable {
    /// One relation that the statement touched; it was there before the statement.
    public struct Relation: Sendable, Hashable {
        /// Its object identifier, which a rename does not change.
        public var id: String
        /// Its schema.
        public var schema: String
        /// Its name before the statement.
        public var name: String
        /// `pg_class.relkind`: `r` table, `p` partitioned table, `i` index, `v` view, …
        public var kind: String
        /// The modes of `pg_locks` that the statement took on it, such as
        /// `AccessExclusiveLock`, in no order.
        public var locks: [String]
        /// Whether it has new files: it was written anew.
        public var isRewritten: Bool
        /// Rows that were read one after the other.
        public var scannedRows: Int
    }

    /// Every relation that was locked, read or written anew.
    public var relations: [Relation]
    /// Bytes of the write-ahead log that were written meanwhile, by anybody.
    public var walBytes: Int
    /// How long the statement took.
    public var milliseconds: Double
}
