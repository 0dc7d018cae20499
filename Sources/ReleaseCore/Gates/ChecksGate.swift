import PostgresLink

/// Commands of the user's own end with 0, and assertions hold in the target.
struct ChecksGate {
    /// What one check came to.
    struct Check: Sendable, Hashable {
        var name: String
        /// `nil` where it holds.
        var objection: String?
    }

    var checks: [Check]

    var result: GateResult {
        let open = checks.filter { $0.objection != nil }
        guard let first = open.first else {
            return GateResult(
                .checks, .pass,
                checks.isEmpty
                    ? "there are no checks." : "\(checks.count) of \(checks.count) hold.",
                details: checks.map(\.name))
        }
        let more = open.count == 1 ? "" : " (and \(open.count - 1) more)"
        return GateResult(
            .checks, .block, "\(first.name): \(first.objection ?? "")\(more)",
            details: open.count == 1 ? [] : open.map { "\($0.name): \($0.objection ?? "")" },
            wayOut: "mend what it checks, then run it again")
    }

    /// Asks the target. Nothing it does stays.
    static func assertion(_ sql: String, _ session: PostgresSession) throws -> Check {
        do {
            try session.execute("BEGIN READ ONLY; SET LOCAL statement_timeout = '60s'")
            defer { if session.isUsable { _ = try? session.execute("ROLLBACK") } }
            let result = try session.query(sql)
            let value = result.rows.first.map { $0.first.flatMap { $0 } ?? "NULL" } ?? "no row"
            return Check(
                name: sql,
                objection: value == "t" ? nil : "returned \(value.prefix(80)) instead of true.")
        } catch let error as PostgresError where !error.connectionLost {
            return Check(name: sql, objection: "\(error.message)")
        }
    }
}
