import GitStore
import PostgresLink

/// Finds out who wrote the pending migrations and who signed them off.
struct ReviewCollector {
    static let allowedSigners = "allowed_signers"

    let workspace: Workspace
    let release: Release

    /// Evaluates the gate.
    ///
    /// - Throws: `GitError`.
    func result(_ plan: Plan, _ link: EnvironmentLink, _ gate: GateConfiguration) throws
        -> GateResult
    {
        let mailmap = try mailmap()
        let evidence: ReviewGate.Evidence
        if gate.settings["by"] == "trailers" {
            evidence = try trailers(plan, mailmap)
        } else {
            evidence = try approvals(plan, link, gate, mailmap)
        }
        return ReviewGate(
            plan: plan, wanted: gate.settings["approvals"].flatMap { Int($0) } ?? 1,
            authors: try authors(plan, mailmap), evidence: evidence
        ).result
    }

    /// As the environment's branch has it.
    ///
    /// - Throws: `GitError`.
    func mailmap() throws -> Mailmap { try Mailmap(try file(".mailmap")) }

    /// Who wrote the pending migrations.
    ///
    /// - Throws: `GitError`.
    func authors(_ plan: Plan, _ mailmap: Mailmap) throws -> [Person] {
        try authorship(plan, mailmap).map(\.person).distinct
    }

    /// Who had a hand in which pending migration: every commit that wrote its
    /// script, on the branch and inside the branches merged into it.
    ///
    /// - Throws: `GitError`.
    func authorship(
        _ plan: Plan, _ mailmap: Mailmap
    ) throws -> [(migration: String, person: Person)] {
        guard let repository = workspace.repository, let tip = release.commit else { return [] }
        return try plan.migrations.flatMap { planned in
            let script = "\(release.configuration.migrationsPath)/\(planned.name)/migration.sql"
            let authors =
                try repository.contributors(to: script, upTo: tip)
                + [planned.migration.provenance?.author].compactMap { $0 }
            return authors.map {
                (planned.name, Person(name: $0.name, email: $0.email, mailmap))
            }
        }
    }

    private func file(_ path: String) throws -> [UInt8]? {
        guard let repository = workspace.repository, let commit = release.commit else { return nil }
        return try repository.file(path, at: commit)
    }

    private func approvals(
        _ plan: Plan, _ link: EnvironmentLink, _ gate: GateConfiguration, _ mailmap: Mailmap
    ) throws -> ReviewGate.Evidence {
        guard link.state.ledger != nil, link.state.hasPresentLayout else { return .approvals([]) }
        let isSigned = gate.settings["signed"] == "true"
        let path = gate.settings["allowed_signers"] ?? Self.allowedSigners
        let signers = isSigned ? try file(path) : nil
        if isSigned, signers == nil {
            return .failure(
                "signed approvals are asked for, and \(release.offered.branch ?? "the branch") has no file \(path)."
            )
        }
        do {
            return .approvals(
                try Approval.read(link.session, digest: plan.digest).map { row in
                    Approval(
                        digest: plan.digest,
                        person: Person(name: row.name, email: row.email, mailmap),
                        actor: row.actor, signature: row.signature, at: row.at,
                        objection: signers.flatMap { objection(row, plan, $0) })
                })
        } catch let error as PostgresError where !error.connectionLost {
            return .failure("the approvals cannot be read: \(error.message)")
        }
    }

    private func objection(
        _ row: (name: String, email: String, actor: String, signature: String?, at: String),
        _ plan: Plan, _ signers: [UInt8]
    ) -> String? {
        guard let signature = row.signature else { return "the approval is not signed" }
        let statement = Approval.statement(
            environment: plan.environment, digest: plan.digest, commit: plan.commitDigits,
            name: row.name, email: row.email)
        return SSHSignature(variables: workspace.options.variables).objection(
            to: signature, of: statement, by: row.email, allowedSigners: signers)
    }

    private func trailers(_ plan: Plan, _ mailmap: Mailmap) throws -> ReviewGate.Evidence {
        guard let repository = workspace.repository else {
            return .failure("trailers are read from commits, and a plain folder has none.")
        }
        var reviewers: [String: [Person]] = [:]
        for planned in plan.migrations {
            guard let carrier = planned.migration.provenance?.carrier else { continue }
            let message = try repository.commit(carrier).message
            reviewers[planned.name] = Trailers.values(
                of: ["reviewed-by", "approved-by"], in: message
            ).compactMap { Person($0, mailmap) }
        }
        return .trailers(reviewers)
    }
}
