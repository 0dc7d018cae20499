import PostgresLink

/// The relations of a database at one moment, as one session sees them.
struct RelationStates {
    struct State {
        var schema: String
        var name: String
        var kind: String
        var file: String
        var scannedRows: Int
    }

    private(set) var byID: [String: State] = [:]
    /// The modes that the session holds, by relation.
    private(set) var locks: [String: Set<String>] = [:]
    private(set) var walPosition = 0

    /// What to ask for the states, as three statements. In an open transaction its own figures
    /// count.
    static func query(inTransaction isOpen: Bool) -> String {
        let scanned = isOpen ? "pg_stat_get_xact_tuples_returned" : "pg_stat_get_tuples_returned"
        return """
            SELECT c.oid, n.nspname, c.relname, c.relkind, c.relfilenode, \(scanned)(c.oid)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
                AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname NOT LIKE 'pg\\_temp%'
                AND c.relkind IN ('r', 'p', 'i', 'I', 'v', 'm', 'S', 'f');
            SELECT relation, mode FROM pg_locks
            WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted;
            SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn
            """
    }

    init(_ results: [ResultSet]) {
        guard results.count >= 3 else { return }
        for row in results[results.count - 3].rows where row.count == 6 {
            guard let oid = row[0] else { continue }
            byID[oid] = State(
                schema: row[1] ?? "", name: row[2] ?? "", kind: row[3] ?? "", file: row[4] ?? "",
                scannedRows: row[5].flatMap { Int($0) } ?? 0)
        }
        for row in results[results.count - 2].rows where row.count == 2 {
            guard let oid = row[0], let mode = row[1] else { continue }
            locks[oid, default: []].insert(mode)
        }
        walPosition = results.last?.scalar.flatMap { Int($0) } ?? 0
    }

    /// What a statement did between this moment and a later one.
    ///
    /// `waited` are locks that were seen while the statement ran, since it holds none after a
    /// transaction of its own.
    func difference(
        to later: RelationStates, waited: [String: Set<String>], milliseconds: Double
    ) -> Measurement {
        var relations: [Measurement.Relation] = []
        for (oid, state) in byID {
            let held = (later.locks[oid] ?? []).subtracting(locks[oid] ?? [])
            let modes = held.union(waited[oid] ?? [])
            let after = later.byID[oid]
            let isRewritten = after.map { $0.file != state.file } ?? false
            let scanned = max(0, (after?.scannedRows ?? 0) - state.scannedRows)
            guard !modes.isEmpty || isRewritten || scanned > 0 else { continue }
            relations.append(
                Measurement.Relation(
                    id: oid, schema: state.schema, name: state.name, kind: state.kind,
                    locks: modes.sorted(), isRewritten: isRewritten,
                    scannedRows: state.kind == "r" || state.kind == "m" ? scanned : 0))
        }
        relations.sort { ($0.schema, $0.name) < ($1.schema, $1.name) }
        return Measurement(
            relations: relations, walBytes: later.walPosition - walPosition,
            milliseconds: milliseconds)
    }
}
