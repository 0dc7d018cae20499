import PostgresLink
import SQLAnalysis
import Sandbox
import SchemaCatalog

/// Runs the plan of an environment on a sandbox copy of its schema and says what would happen.
///
/// Nothing is written to the environment but, where it has a ledger, what the rehearsal came to.
public struct Rehearser {
    let workspace: Workspace

    public init(_ workspace: Workspace) {
        self.workspace = workspace
    }

    /// A rehearsal with the plan it is about.
    public struct Outcome {
        public var plan: Plan
        /// nil where there is nothing to rehearse.
        public var rehearsal: Rehearsal?
    }

    /// - Parameters:
    ///   - environment: whose plan; may be left out where there is only one.
    ///   - upTo: the last migration to rehearse.
    ///   - rows: the rows that the copy gets.
    /// - Returns: what every statement did.
    /// - Throws: ``ReleaseError`` and what planning, server or sandbox throws. A migration that
    ///   fails is no error but part of the rehearsal.
    public func run(
        _ environment: String?, upTo: String? = nil, rows: RehearsalRows = .none
    ) throws -> Outcome {
        let clock = ContinuousClock()
        let start = clock.now
        // Gates are not asked: their commands may cost time, and a rehearsal passes none.
        let release = try workspace.release(to: environment)
        let link = try workspace.link(to: release, applicationName: "sluice rehearse")
        let plan = try PlanBuilder(workspace).plan(release, link, upTo: upTo, accepted: [])
        guard !plan.isEmpty else { return Outcome(plan: plan, rehearsal: nil) }
        let options = workspace.options
        let installation = try ServerInstallation.find(override: options.serverBindir)
        let cluster = try SandboxDatabases.cluster(options, repository: workspace.repositoryKey)
        let copy = SchemaCopy(link: link, cluster: cluster, installation: installation)
        let database = "rehearsal_\(UUID4.make().prefix(13))"
        defer { try? cluster.dropDatabase(database) }
        var filled = Rehearsal.Rows(source: rows)
        switch rows {
        case .none: try cluster.createDatabase(database, template: try copy.database())
        case .sample(let fraction):
            try cluster.createDatabase(database, template: try copy.database())
            filled = try RowSample(
                source: link.session, copy: try copy.session(database), fraction: fraction
            ).take()
        case .clone(let path):
            try cluster.createDatabase(database)
            filled = try BackupClone(
                workspace: workspace, release: release, link: link, copy: copy, database: database
            ).take(path, plan)
        }
        var rehearsal = try rehearse(plan, copy, database)
        rehearsal.rows = filled
        rehearsal.milliseconds = start.duration(to: clock.now).inMilliseconds
        rehearsal.unrecorded = RehearsalLedger.record(
            rehearsal, link, by: workspace.options.actor)
        return Outcome(plan: plan, rehearsal: rehearsal)
    }

    private func rehearse(
        _ plan: Plan, _ copy: SchemaCopy, _ database: String
    ) throws -> Rehearsal {
        let schema = copy.link.replaySchema
        let session = try copy.session(database)
        let before = try SchemaSnapshot.read(session, defaultSchema: schema)
        let invalid = try InvalidObjects.read(session)
        let facts = try TargetFacts(
            session: copy.link.session, defaultSchema: schema ?? "public"
        ).schema(for: plan.migrations.map(\.script))
        var run = RehearsalRun(
            copy: copy, database: database, schema: schema, known: facts ?? KnownSchema(),
            visible: try RehearsalRun.relations(session))
        for migration in plan.migrations where run.failure == nil { try run.perform(migration) }
        var rehearsal = Rehearsal(
            environment: plan.environment, commit: plan.commitDigits, digest: plan.digest,
            migrations: run.migrations, failure: run.failure, invalid: [], changes: [],
            milliseconds: 0)
        let after = try SchemaSnapshot.read(session, defaultSchema: schema)
        rehearsal.invalid = try InvalidObjects.read(session).filter { !invalid.contains($0) }
        rehearsal.changes = SchemaDifference(from: before, to: after).summary
        if run.failure == nil, !rehearsal.changes.isEmpty {
            rehearsal.wayBack = try wayBack(
                from: after, to: before,
                undoing: plan.migrations.flatMap { $0.script.statements.flatMap(\.effects) },
                session, schema)
        }
        return rehearsal
    }

    /// The same statements that a hotfix would have, tried on the rehearsed database: the plan's
    /// own renames are turned around, which loses nothing.
    private func wayBack(
        from after: SchemaSnapshot, to before: SchemaSnapshot, undoing effects: [Effect],
        _ session: PostgresSession, _ schema: String?
    ) throws -> Rehearsal.WayBack {
        var back = Rehearsal.WayBack(isProven: false, statements: [], cannotReturn: [], losses: [])
        do {
            if let schema {
                try session.execute("SET search_path = \(Quoting.identifier(schema))")
            }
            let renames = RenameReversal(effects: effects, before: before, after: after).steps
            var after = after
            if !renames.isEmpty {
                back.statements = renames.flatMap(\.statements)
                try HotfixProver.apply(renames.map(\.sql), session)
                after = try SchemaSnapshot.read(session, defaultSchema: schema)
            }
            let steps = SchemaDifference(from: after, to: before).ddl(style: .compatible)
            let followUps = steps.flatMap(\.followUps).map { $0.statement + ";" }
            back.statements += steps.flatMap(\.statements)
            back.losses = steps.flatMap(\.losses).map(\.description)
            try HotfixProver.apply(steps.map(\.sql) + followUps, session)
        } catch let error as PostgresError {
            back.cannotReturn = [error.message]
            return back
        }
        let returned = try SchemaSnapshot.read(session, defaultSchema: schema)
        back.cannotReturn = SchemaDifference(from: returned, to: before).summary
        back.isProven = back.cannotReturn.isEmpty
        return back
    }
}

extension Duration {
    /// With its fractions.
    var inMilliseconds: Double {
        Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
    }
}

/// Constraints and indexes that are not valid, by name.
enum InvalidObjects {
    static func read(_ session: PostgresSession) throws -> [String] {
        try session.query(
            """
            SELECT format('constraint %I on %s', conname, conrelid::regclass)
            FROM pg_constraint WHERE NOT convalidated AND conrelid <> 0
            UNION ALL
            SELECT format('index %s on %s', indexrelid::regclass, indrelid::regclass)
            FROM pg_index WHERE NOT indisvalid OR NOT indisready
            ORDER BY 1
            """
        ).rows.compactMap { $0.first ?? nil }
    }
}
