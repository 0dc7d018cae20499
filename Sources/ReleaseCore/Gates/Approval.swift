import GitStore
import PostgresLink

/// A sign-off of a plan, as the ledger keeps it.
struct Approval: Sendable, Hashable {
    var digest: String
    var person: Person
    /// The account it was given from.
    var actor: String
    /// An SSH signature of ``statement``.
    var signature: String?
    /// By the server's clock, as it prints it.
    var at: String
    /// Why the signature does not count; `nil` where it does or was not asked for.
    var objection: String?

    /// What is signed.
    static func statement(
        environment: String, digest: String, commit: String?, name: String, email: String
    ) -> String {
        """
        sluice approval 1
        environment: \(environment)
        plan: \(digest)
        commit: \(commit ?? "none")
        name: \(name)
        email: \(email)

        """
    }

    /// Reads the sign-offs of one plan.
    ///
    /// - Throws: `PostgresError`.
    static func read(
        _ session: PostgresSession, digest: String
    ) throws -> [(name: String, email: String, actor: String, signature: String?, at: String)] {
        try session.query(
            """
            SELECT name, email, actor, signature, approved_at FROM _sluice.approvals
            WHERE digest = $1 ORDER BY id
            """, [digest]
        ).rows.map { row in
            (row[0] ?? "", row[1] ?? "", row[2] ?? "", row[3], row[4] ?? "")
        }
    }
}
