import PostgresLink

/// What the newest rehearsal of a plan came to.
public struct RehearsalRecord: Sendable, Hashable {
    /// Whether the plan ran to its end.
    public var isClean: Bool
    /// One line.
    public var summary: String
    /// Since then, by the server's clock.
    public var age: Duration

    /// `rehearsed 3 min ago: …`
    public var sentence: String { "rehearsed \(Self.ago(age)): \(summary)" }

    private static func ago(_ age: Duration) -> String {
        switch age.components.seconds {
        case ..<60: "just now"
        case ..<3600: "\(age.components.seconds / 60) min ago"
        case ..<172_800: "\(age.components.seconds / 3600) h ago"
        default: "\(age.components.seconds / 86_400) days ago"
        }
    }
}

/// Keeps what rehearsals came to in the ledger, as evidence for who promotes.
enum RehearsalLedger {
    private static let table = """
        CREATE TABLE IF NOT EXISTS _sluice.rehearsals (
            id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            digest       text NOT NULL,
            commit       text,
            actor        text NOT NULL,
            outcome      text NOT NULL CHECK (outcome IN ('passed', 'failed')),
            summary      text NOT NULL,
            rehearsed_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        """

    /// - Returns: why it was not written, or nil.
    static func record(
        _ rehearsal: Rehearsal, _ link: EnvironmentLink, by actor: String
    ) -> String? {
        guard let ledger = link.state.ledger else {
            return "\(link.environment.name) has no ledger before its first deployment"
        }
        guard ledger.environment == link.environment.name else {
            return "the ledger is that of \(ledger.environment)"
        }
        do {
            try link.checkLayout()
            let isThere = try exists(link.session)
            let creation = isThere ? "" : table + LedgerTriggers.keep("rehearsals", fillable: [])
            try link.session.record(
                """
                BEGIN; SET LOCAL lock_timeout = '5s'; SET LOCAL client_min_messages = warning;
                \(try link.ledgerPreparation())\(creation)
                INSERT INTO _sluice.rehearsals (digest, commit, actor, outcome, summary)
                VALUES (\(Quoting.literal(rehearsal.digest)), \(Quoting.literal(rehearsal.commit)),
                        \(Quoting.literal(actor)), '\(rehearsal.isClean ? "passed" : "failed")',
                        \(Quoting.literal(rehearsal.summary)));
                COMMIT
                """)
            return nil
        } catch {
            _ = try? link.session.execute("ROLLBACK")
            return (error as? PostgresError)?.message ?? (error as? ReleaseError)?.what
                ?? "\(error)"
        }
    }

    /// The newest rehearsal of a plan; nil where there was none.
    ///
    /// - Throws: `PostgresError`.
    static func latest(of digest: String, _ session: PostgresSession) throws -> RehearsalRecord? {
        guard try exists(session) else { return nil }
        let row = try session.query(
            """
            SELECT outcome, summary,
                   extract(epoch FROM clock_timestamp() - rehearsed_at)::bigint
            FROM _sluice.rehearsals WHERE digest = $1 ORDER BY id DESC LIMIT 1
            """, [digest]
        ).rows.first
        guard let row else { return nil }
        return RehearsalRecord(
            isClean: row[0] == "passed", summary: row[1] ?? "",
            age: .seconds(row[2].flatMap { Int($0) } ?? 0))
    }

    /// Whether anybody has rehearsed, and this role may read of it.
    ///
    /// - Throws: `PostgresError`.
    static func exists(_ session: PostgresSession) throws -> Bool {
        try session.query(
            """
            SELECT coalesce(has_table_privilege(to_regclass('_sluice.rehearsals'), 'SELECT'), false)
            """
        ).scalar == "t"
    }
}
