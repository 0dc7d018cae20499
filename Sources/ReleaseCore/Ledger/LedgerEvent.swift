import PostgresLink

/// Something that happened to an environment, as the ledger remembers it.
public struct LedgerEvent: Sendable, Hashable, Codable {
    /// What happened. Raw values are the words of the JSON output.
    public enum Kind: String, Sendable, Hashable, Codable {
        case deployment
        case gate
        case override
        case accept
        case approval
        case smoke
        case hold
        case release
        case resolve
        case rename
        case maintenance
        case reminder
        case rehearsal
    }

    /// In UTC, ISO 8601, by the server's clock.
    public var at: String
    public var kind: Kind
    /// The deployment it belongs to; its own id for a deployment.
    public var deployment: String?
    public var by: String?
    /// The verdict, outcome, gate or migration: one or two words.
    public var subject: String
    /// A sentence or a reason.
    public var text: String?
}

/// Reads everything a ledger remembers.
public struct LedgerHistory {
    let workspace: Workspace

    public init(_ workspace: Workspace) {
        self.workspace = workspace
    }

    /// What was read.
    public struct Contents: Sendable {
        public var environment: String
        /// The newest first.
        public var deployments: [DeploymentRecord]
        /// What belongs to no deployment shown and what does, the newest first.
        public var events: [LedgerEvent]
    }

    /// - Parameters:
    ///   - environment: its name; `nil` for the only one.
    ///   - limit: how many of each kind at most.
    /// - Returns: deployments and events.
    /// - Throws: what opening the environment throws.
    public func read(_ environment: String?, limit: Int) throws -> Contents {
        let release = try workspace.release(to: environment)
        let link = try workspace.link(to: release)
        let name = release.environment.name
        guard link.state.ledger != nil else {
            return Contents(environment: name, deployments: [], events: [])
        }
        var queries = Self.oldest
        if link.state.hasPresentLayout { queries += Self.newer }
        if try RehearsalLedger.exists(link.session) { queries.append(Self.rehearsals) }
        queries = queries.map {
            "SELECT * FROM (\($0)) AS e (at, kind, deployment, by, subject, text) ORDER BY at DESC LIMIT \(limit)"
        }
        if link.state.hasPresentLayout { queries.append(Self.gates(limit)) }
        // Some of the words are ours.
        let results = try link.session.record(queries.joined(separator: ";\n"))
        let events = results.flatMap(\.rows).compactMap(Self.event).sorted { $0.at > $1.at }
        return Contents(
            environment: name,
            deployments: try DeploymentHistory.read(link.session, limit: limit), events: events)
    }

    private static func event(_ row: [String?]) -> LedgerEvent? {
        guard row.count == 6, let at = row[0], let kind = row[1].flatMap(LedgerEvent.Kind.init)
        else {
            return nil
        }
        return LedgerEvent(
            at: at, kind: kind, deployment: row[2], by: row[3], subject: row[4] ?? "", text: row[5])
    }

    private static func time(_ column: String) -> String {
        "to_char(\(column) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    }

    /// Of tables that every layout has.
    private static let oldest = [
        """
        SELECT \(time("started_at")), 'deployment', id::text, actor, coalesce(verdict, 'unfinished'),
               concat_ws(' @ ', branch, left(commit, 10)) || ', plan ' || left(digest, 12)
        FROM _sluice.deployments
        """,
        """
        SELECT \(time("finished_at")), 'smoke', deployment::text, NULL, outcome, left(commit, 10)
        FROM _sluice.smoke_runs
        """,
        "SELECT \(time("placed_at")), 'hold', NULL, placed_by, 'on hold', reason FROM _sluice.holds",
        """
        SELECT \(time("released_at")), 'release', NULL, released_by, 'released', release_reason
        FROM _sluice.holds WHERE released_at IS NOT NULL
        """,
    ]

    /// Of every gate of the newest deployments: of a deployment that is shown none
    /// may be missing.
    private static func gates(_ limit: Int) -> String {
        """
        SELECT \(time("evaluated_at")), 'gate', deployment::text, NULL, gate || ' ' || outcome,
               evidence ->> 'evidence'
        FROM _sluice.gate_results
        WHERE deployment IN
          (SELECT id FROM _sluice.deployments ORDER BY started_at DESC LIMIT \(limit))
        """
    }

    private static let rehearsals = """
        SELECT \(time("rehearsed_at")), 'rehearsal', NULL, actor, outcome,
               'plan ' || left(digest, 12) || ', ' || summary
        FROM _sluice.rehearsals
        """

    private static let newer = [
        """
        SELECT \(time("overridden_at")), 'override', deployment::text, overridden_by, gate, reason
        FROM _sluice.overrides
        """,
        """
        SELECT \(time("accepted_at")), 'accept', deployment::text, accepted_by,
               kind || ' ' || migration, concat_ws(': ', reason, detail)
        FROM _sluice.accepts
        """,
        """
        SELECT \(time("approved_at")), 'approval', NULL, name || ' <' || email || '>',
               'plan ' || left(digest, 12),
               CASE WHEN signature IS NULL THEN 'from ' || actor ELSE 'signed, from ' || actor END
        FROM _sluice.approvals
        """,
        """
        SELECT \(time("resolved_at")), 'resolve', NULL, resolved_by, migration || ' ' || outcome, reason
        FROM _sluice.resolves
        """,
        """
        SELECT \(time("renamed_at")), 'rename', NULL, renamed_by, old_name || ' → ' || new_name, reason
        FROM _sluice.renames
        """,
        """
        SELECT \(time("turned_on_at")), 'maintenance', deployment::text, turned_on_by, 'on', NULL
        FROM _sluice.maintenance
        """,
        """
        SELECT \(time("turned_off_at")), 'maintenance', deployment::text, turned_off_by, 'off', NULL
        FROM _sluice.maintenance WHERE turned_off_at IS NOT NULL
        """,
        """
        SELECT \(time("done_at")), 'reminder', deployment::text, done_by, 'done', concat_ws(': ', text, note)
        FROM _sluice.reminders WHERE done_at IS NOT NULL
        """,
    ]
}
