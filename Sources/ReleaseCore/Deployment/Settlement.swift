import PostgresLink
import SQLAnalysis

/// Finds out what became of a statement that ran by itself when the run that
/// sent it could not say: looks in the catalogs, and clears away what is
/// half-done.
struct Settlement {
    /// What the ledger knows of a statement that is not recorded as finished.
    enum Fate: String, Sendable, Hashable {
        /// It was not sent yet.
        case waiting
        /// It was sent, and nobody heard of its end.
        case running
        /// It failed, and the server said so.
        case failed
    }

    enum Decision: Equatable {
        case run
        /// Nobody can know what it has done already.
        case isUnknowable
        /// It did its work; only the record is missing.
        case isDone
    }

    let session: PostgresSession

    /// Decides whether the statement must run, and makes room for it.
    ///
    /// - Parameters:
    ///   - statement: of the script as it is now.
    ///   - fate: what the ledger says of the statement in its place.
    ///   - witness: what was there before that one; `nil` in records of earlier versions.
    /// - Returns: what is to be done.
    /// - Throws: `PostgresError`.
    func settle(_ statement: Statement, _ fate: Fate, _ witness: Witness?) throws -> Decision {
        guard fate != .waiting else { return .run }
        // The script's tail may have been edited since: then this statement never ran.
        if let witness, !witness.isOf(statement) { return .run }
        let wasRunning = fate == .running
        switch statement.standaloneWork {
        case .buildsIndex(let build):
            return try IndexSettlement(session: session).settle(build, fate, witness)
        case .dropsIndex(let name):
            let isThere = try exists(
                "SELECT WHERE pg_catalog.to_regclass(\(name.literal)) IS NOT NULL")
            return !isThere && wasRunning && witness?.wasThere != false ? .isDone : .run
        case .detaches(let partition, let parent):
            return try settleDetachment(of: partition, from: parent, wasRunning, witness)
        case .creates(let object, let name):
            let isThere = try exists(object.query(name))
            return isThere && wasRunning && witness?.wasThere != true ? .isDone : .run
        case .drops(let object, let name):
            let isThere = try exists(object.query(name))
            return !isThere && wasRunning && witness?.wasThere != false ? .isDone : .run
        case nil: break
        }
        if statement.tag == "REINDEX CONCURRENTLY" { try dropHalfRebuiltIndexes(witness) }
        // VACUUM, REINDEX, ALTER SYSTEM and the like come to the same when they run
        // again. Code that commits by itself does not, nor does a prepared transaction.
        let isRepeatable =
            !["DO", "CALL"].contains(statement.tag) && !statement.tag.contains("PREPARE")
        return isRepeatable ? .run : .isUnknowable
    }

    /// Drops the invalid index that a build left, whatever the script says now.
    ///
    /// - Throws: `PostgresError`.
    func clear(_ witness: Witness) throws {
        guard witness.subject == .index,
            case .buildsIndex(let build)? = ScriptLoader.parse(String(witness.text))
                .statements.first?.standaloneWork
        else { return }
        _ = try IndexSettlement(session: session).settle(build, .failed, witness)
    }

    /// A detachment that was cut short between its two transactions is finished
    /// by FINALIZE, and by nothing else (PostgreSQL manual, ALTER TABLE).
    private func settleDetachment(
        of partition: ObjectName, from parent: ObjectName, _ wasRunning: Bool, _ witness: Witness?
    ) throws -> Decision {
        switch try session.query(PartitionState.query(partition, of: parent)).scalar {
        case nil: return wasRunning && witness?.wasThere != false ? .isDone : .run
        case "t"?:
            try session.execute(
                "ALTER TABLE \(parent.sql) DETACH PARTITION \(partition.sql) FINALIZE")
            return .isDone
        case _?: return .run
        }
    }

    /// A rebuild that was cut short leaves its copy (`_ccnew`) or the original
    /// (`_ccold`) behind, invalid, and the next rebuild makes another copy
    /// (PostgreSQL manual, REINDEX). Those that were there before or that
    /// somebody is building stay.
    private func dropHalfRebuiltIndexes(_ witness: Witness?) throws {
        let leftovers = try session.query(
            """
            SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)
            FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$'
              AND n.nspname <> 'pg_toast' AND pg_catalog.pg_has_role(c.relowner, 'USAGE')
              AND NOT i.indexrelid::text = ANY (pg_catalog.string_to_array($1, ','))
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p
                              WHERE p.relid IS NULL OR p.relid = i.indrelid)
            """, [witness.map { String($0.before) } ?? ""])
        for name in leftovers.rows.compactMap({ $0.first ?? nil }) {
            try session.execute("DROP INDEX CONCURRENTLY \(name)")
        }
    }

    private func exists(_ query: String) throws -> Bool {
        try !session.query(query).rows.isEmpty
    }
}
