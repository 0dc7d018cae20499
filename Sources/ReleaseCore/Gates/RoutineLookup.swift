import PostgresLink
import SQLAnalysis

/// Reads the code of functions that a plan calls and the database has.
struct RoutineLookup {
    /// Runs queries that can change nothing.
    let ask: ([String]) throws -> [ResultSet]

    /// How many functions are read at most; a deeper one is not known.
    private static let limit = 200

    /// The calls that may take something away. PostgreSQL's own functions and those of its
    /// extensions take nothing away, and those that are not volatile cannot.
    ///
    /// - Returns: a loss for each call whose code does, or whose code cannot be read.
    /// - Throws: `PostgresError`.
    func harmful(_ losses: [(String, PotentialLoss)]) throws -> [CountedLoss] {
        let calls = losses.compactMap { migration, loss -> Call? in
            guard case .call(let name) = loss.subject else { return nil }
            return Call(migration: migration, loss: loss, name: name)
        }
        guard !calls.isEmpty else { return [] }
        let known = try read(calls.map(\.name))
        return calls.compactMap { call in
            guard let harm = Self.harm(of: call.name, known) else { return nil }
            return CountedLoss(
                migration: call.migration, loss: call.loss,
                amount: .unknown("it cannot be counted: it calls \(call.name), which \(harm)"),
                what: "")
        }
    }

    private struct Call {
        var migration: String
        var loss: PotentialLoss
        var name: ObjectName
    }

    /// What the functions of a name do, and what those do that they call.
    private func read(_ names: [ObjectName]) throws -> [ObjectName: [RoutineReading]] {
        var known: [ObjectName: [RoutineReading]] = [:]
        var asked = Array(Set(names))
        while !asked.isEmpty, known.count < Self.limit {
            let results = try ask(asked.map(Self.query))
            for (name, result) in zip(asked, results) {
                known[name] = result.rows.map {
                    RoutineReading(source: $0[1] ?? "", language: $0[0] ?? "")
                }
            }
            let further = known.values.joined().flatMap(\.calls)
            asked = Array(Set(further).subtracting(known.keys))
        }
        return known
    }

    private static func harm(
        of name: ObjectName, _ known: [ObjectName: [RoutineReading]],
        from callers: Set<ObjectName> = []
    ) -> String? {
        guard !callers.contains(name) else { return nil }
        guard let readings = known[name] else { return "calls more than can be read" }
        for reading in readings {
            if let harm = reading.harm { return harm }
            for call in reading.calls {
                if let harm = harm(of: call, known, from: callers.union([name])) {
                    return "calls \(call), which \(harm)"
                }
            }
        }
        return nil
    }

    /// Language and source of the functions that a call may mean.
    private static func query(_ name: ObjectName) -> String {
        let schema = name.schema.map { "n.nspname = \(Quoting.literal($0))" } ?? "true"
        return """
            SELECT l.lanname, p.prosrc FROM pg_catalog.pg_proc p
            JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
            JOIN pg_catalog.pg_language l ON l.oid = p.prolang
            WHERE p.proname = \(Quoting.literal(name.name)) AND \(schema)
              AND n.nspname <> 'pg_catalog' AND (p.provolatile = 'v' OR p.prokind = 'p')
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                              WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                                AND d.objid = p.oid AND d.deptype = 'e')
            """
    }
}
