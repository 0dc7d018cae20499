public import PostgresLink

/// Turns the rows of the catalog queries into a snapshot.
///
/// Lives for one reading, on the caller's thread.
final class SnapshotReader {
    var snapshot: SchemaSnapshot
    /// What each catalog row became; also rows that are no object of their own
    /// but stand for one.
    var addresses: [CatalogAddress: SchemaObjectID] = [:]
    /// Every relation by oid, with the kinds that hold columns.
    var relations: [Int: SchemaObjectID] = [:]
    var sequenceNames: [Int: (id: SchemaObjectID, isUnlogged: Bool)] = [:]
    /// Column names by relation and number.
    var columnNames: [Int: [Int: String]] = [:]
    /// Indexes that a constraint owns, so that dependencies on them count for it.
    var constraintOfIndex: [Int: Int] = [:]
    /// What extensions brought along stands for them where something needs it.
    var extensionMembers: [CatalogAddress: SchemaObjectID] = [:]
    /// Checks of domains, which need what their expressions name.
    var domainChecks: [Int: SchemaObjectID] = [:]
    private let ignoring: IgnoreList

    init(defaultSchema: String, serverVersion: Int, ignoring: IgnoreList) {
        snapshot = SchemaSnapshot(defaultSchema: defaultSchema, serverVersion: serverVersion)
        self.ignoring = ignoring
    }

    /// Records an object unless it is ignored; the address is recorded in any
    /// case, so that the object's parts find that they are ignored too.
    func record(_ id: SchemaObjectID, _ object: SchemaObject, at address: CatalogAddress) {
        addresses[address] = id
        if !ignoring.covers(id) { snapshot.objects[id] = object }
    }

    /// The object for an address; a view's column stands for the view, and
    /// what belongs to something ignored is nil.
    func object(at address: CatalogAddress) -> SchemaObjectID? {
        let check = address.catalog == .constraint ? domainChecks[address.oid] : nil
        guard var id = addresses[address] ?? check else { return nil }
        if id.kind == .column, snapshot.objects[id] == nil {
            guard let relation = relations[address.oid] else { return nil }
            id = relation
        }
        return snapshot.objects[id] == nil ? nil : id
    }

    func columnNames(_ numbers: [Int], of relation: Int) -> [String] {
        numbers.compactMap { columnNames[relation]?[$0] }
    }

    /// A member of the relation with this oid.
    func member(_ kind: ObjectKind, _ name: String, of relation: Int) -> SchemaObjectID? {
        relations[relation].map { SchemaObjectID(kind, $0.schema, $0.name, name) }
    }
}

extension SchemaSnapshot {
    /// Reads the schema of the database a session is connected to, in one
    /// message and one read-only REPEATABLE READ transaction; inside a
    /// transaction of the caller's, in a savepoint of it.
    ///
    /// - Parameters:
    ///   - session: where to read.
    ///   - ignoring: what to leave out; members of extensions, temporary
    ///     objects and system schemas are always left out.
    ///   - defaultSchema: the schema that is written without a prefix; the
    ///     session's current schema where nil.
    /// - Returns: the schema at the moment the transaction began.
    /// - Throws: `PostgresError`.
    public static func read(
        _ session: PostgresSession, ignoring: IgnoreList = .sluice, defaultSchema: String? = nil
    ) throws -> SchemaSnapshot {
        let queries = CatalogQueries(version: session.serverVersion).all
        let (opening, closing) = brackets(nested: session.isInTransaction)
        let chosen =
            defaultSchema.map { Quoting.literal($0) } ?? "coalesce(current_schema(), 'public')"
        let path = """
            SELECT s, set_config('search_path', quote_ident(s), true), \
            set_config('quote_all_identifiers', 'off', true) FROM (SELECT \(chosen) AS s) c
            """
        let message = (opening + [path] + queries.map(\.sql) + closing).joined(separator: ";\n")
        let results = try session.execute(message)
        let name = results.dropFirst(opening.count).first?.scalar ?? "public"
        let reader = SnapshotReader(
            defaultSchema: name, serverVersion: session.serverVersion, ignoring: ignoring)
        for (query, result) in zip(queries, results.dropFirst(opening.count + 1)) {
            query.take(reader)(ResultRows(result))
        }
        return reader.snapshot
    }

    private static func brackets(nested: Bool) -> (opening: [String], closing: [String]) {
        nested
            ? (
                ["SAVEPOINT sluice_snapshot"],
                ["ROLLBACK TO SAVEPOINT sluice_snapshot", "RELEASE SAVEPOINT sluice_snapshot"]
            )
            : (["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"], ["COMMIT"])
    }
}
