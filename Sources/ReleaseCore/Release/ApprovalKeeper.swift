import GitStore
import PostgresLink

/// Signs plans off, from whatever machine reaches the environment's database.
public struct ApprovalKeeper {
    let workspace: Workspace

    public init(_ workspace: Workspace) {
        self.workspace = workspace
    }

    /// A plan that may be signed off by who runs this.
    public struct Draft {
        public var prepared: PlanBuilder.Prepared
        public var name: String
        public var email: String
    }

    /// Makes the plan again and checks that it is the one that is meant, and that
    /// who runs this has not written any of it.
    ///
    /// - Throws: ``ReleaseError``, and what making a plan throws.
    public func prepare(
        _ environment: String, digest: String, upTo: String?, accepted: Set<String>
    ) throws -> Draft {
        let prepared = try PlanBuilder(workspace).prepare(
            environment, upTo: upTo, accepted: accepted)
        let plan = prepared.plan
        guard PlanDigest.matches(digest, plan.digest) else {
            throw ReleaseError(
                .blocked,
                "the plan of \(environment) is \(plan.digest.prefix(PlanDigest.shortLength)) now, not \(digest.prefix(PlanDigest.shortLength)): commit, history or the flags are others.",
                state: "nothing was recorded.", next: ["sluice plan \(environment)"])
        }
        guard !plan.isEmpty else {
            throw ReleaseError(
                .usage, "nothing is pending in \(environment), so there is nothing to approve.")
        }
        guard let person = workspace.person else {
            throw ReleaseError(
                .usage, "nobody knows who approves.", state: "nothing was recorded.",
                next: ["git config user.name NAME && git config user.email ADDRESS"])
        }
        try refuseAuthor(person, prepared)
        return Draft(prepared: prepared, name: person.name, email: person.email)
    }

    private func refuseAuthor(
        _ person: WorkspaceOptions.Author, _ prepared: PlanBuilder.Prepared
    ) throws {
        let collector = ReviewCollector(workspace: workspace, release: prepared.release)
        let mailmap = try collector.mailmap()
        let approver = Person(name: person.name, email: person.email, mailmap)
        guard
            let own = try collector.authorship(prepared.plan, mailmap)
                .first(where: { approver.isSame(as: $0.person) })
        else { return }
        throw ReleaseError(
            .blocked,
            "\(approver.text) cannot approve this plan: \(own.migration) was written or edited by \(own.person.text).",
            state: "nothing was recorded.", next: ["somebody else has to look at it."])
    }

    /// Records the sign-off.
    ///
    /// - Parameters:
    ///   - draft: what was shown.
    ///   - key: an SSH key to sign with.
    /// - Throws: ``ReleaseError``, `PostgresError`.
    public func record(_ draft: Draft, signingWith key: String?) throws {
        let plan = draft.prepared.plan
        let link = draft.prepared.link
        let signature = try key.map { key in
            try SSHSignature(variables: workspace.options.variables).sign(
                Approval.statement(
                    environment: plan.environment, digest: plan.digest, commit: plan.commitDigits,
                    name: draft.name, email: draft.email), key: key)
        }
        try link.session.record(
            """
            BEGIN;
            \(try link.ledgerPreparation())INSERT INTO _sluice.approvals (digest, commit, name, email, actor, plan, signature)
            SELECT '\(plan.digest)', \(Quoting.literal(plan.commitDigits)),
                   \(Quoting.literal(draft.name)), \(Quoting.literal(draft.email)),
                   \(Quoting.literal(workspace.options.actor)),
                   \(Quoting.literal(Self.summary(plan)))::jsonb, \(Quoting.literal(signature))
            -- The same person again is no further approval, unless it is signed anew.
            WHERE NOT EXISTS (SELECT FROM _sluice.approvals
                              WHERE digest = '\(plan.digest)' AND name = \(Quoting.literal(draft.name))
                                AND lower(email) = lower(\(Quoting.literal(draft.email)))
                                AND (\(signature == nil) OR signature = \(Quoting.literal(signature))));
            COMMIT
            """)
    }

    /// What was signed off, for whoever reads the ledger later.
    private static func summary(_ plan: Plan) -> String {
        JSONValue.object([
            "environment": .string(plan.environment),
            "branch": plan.branch.map { .string($0) } ?? .null,
            "migrations": .array(
                plan.migrations.map {
                    .object([
                        "name": .string($0.name), "checksum": .string($0.migration.checksum),
                    ])
                }),
        ]).json
    }
}
