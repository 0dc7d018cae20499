import GitStore
import PostgresLink
import SQLAnalysis

/// Looks at everything the gates of a plan want to know. Changes nothing.
///
/// What waits for somebody else (the upstream's database, programs, addresses)
/// is asked side by side.
struct EvidenceCollector {
    let workspace: Workspace
    let release: Release
    let link: EnvironmentLink
    private let selection: GateSelection

    init(_ workspace: Workspace, _ release: Release, _ link: EnvironmentLink) {
        self.workspace = workspace
        self.release = release
        self.link = link
        selection = GateSelection(release.environment)
    }

    /// - Throws: `GitError`, and `PostgresError` when the connection is lost.
    func collect(_ plan: Plan) throws -> GateEvidence {
        var evidence = GateEvidence()
        guard !plan.isEmpty else {
            if let gate = configured(.window) { evidence.asked[.window] = window(gate) }
            return evidence
        }
        let hasMigrationChecks =
            try selection.isOn(.upstream) && workspace.hasMigrationChecks(release)
        for answer in questions(plan).concurrentMap({ $0() }) {
            switch answer {
            case .upstream(var upstream):
                upstream.hasSmokeChecks = upstream.hasSmokeChecks || hasMigrationChecks
                evidence.upstream = upstream
            case .gate(let result): evidence.asked[result.gate] = result
            case .checks(let checks): evidence.checks = checks
            }
        }
        try UpstreamProof(workspace, release).complete(&evidence.upstream)
        if selection.isOn(.dryRun), link.state.ledger != nil {
            evidence.rehearsal = try RehearsalLedger.latest(of: plan.digest, link.session)
        }
        if selection.isOn(.rollbackNotes) {
            evidence.rollbackNotes = try RollbackNotesLookup(workspace: workspace, release: release)
                .notes(for: evidence.destructive(plan.migrations))
        }
        if let gate = configured(.review) {
            evidence.asked[.review] = try ReviewCollector(workspace: workspace, release: release)
                .result(plan, link, gate)
        }
        if selection.isOn(.checks) {
            evidence.asked[.checks] = try checks(evidence.checks)
        }
        if selection.isOn(.drift) { evidence.asked[.drift] = drift() }
        try refresh(plan, &evidence)
        return evidence
    }

    /// What is cheap and may change within moments.
    func refresh(_ plan: Plan, _ evidence: inout GateEvidence) throws {
        guard !plan.isEmpty else { return }
        try count(plan, &evidence)
        if let gate = configured(.window) { evidence.asked[.window] = window(gate) }
    }

    /// Whether a gate asks what the scripts would do.
    var readsScripts: Bool {
        [.dataLoss, .findings, .rollbackNotes].contains(where: selection.isOn)
    }

    /// Counts what would be lost. Findings want to know it too: what loses
    /// nothing here is no hazard here.
    private func count(_ plan: Plan, _ evidence: inout GateEvidence) throws {
        guard readsScripts else { return }
        do {
            evidence.countFailure = nil
            evidence.counted = try LossCounter(session: link.session).count(plan.migrations)
        } catch let error as PostgresError where !error.connectionLost {
            evidence.countFailure = error.message
        }
    }

    private func configured(_ gate: GateName) -> GateConfiguration? {
        release.environment.gates.first { $0.gate == gate && !$0.isOff }
    }

    private func window(_ gate: GateConfiguration) -> GateResult {
        do {
            return try WindowGate(gate, now: WallClock.seconds).result
        } catch {
            return GateResult(.window, .block, error.message, wayOut: "correct it in the file")
        }
    }

    /// Where it cannot be found out whether there is drift, there may be.
    private func drift() -> GateResult {
        do {
            let drift = try DriftComparison.compare(workspace, release, link)
            guard let first = drift.lines.first else {
                return GateResult(.drift, .pass, drift.sentence, details: drift.notes)
            }
            let more = drift.lines.count == 1 ? "" : " and \(drift.lines.count - 1) more"
            return GateResult(
                .drift, .block,
                "the schema differs from what its history produces: \(first)\(more)",
                details: drift.lines + drift.notes,
                wayOut:
                    "sluice status \(release.environment.name) --drift; bring it into a migration, or undo it"
            )
        } catch {
            return GateResult(
                .drift, .block, "whether there is drift is not known: \(error)",
                wayOut: "sluice status \(release.environment.name) --drift")
        }
    }

    private func checks(_ commands: [ChecksGate.Check]) throws -> GateResult {
        let assertions = try (configured(.checks)?.values("sql") ?? []).map {
            try ChecksGate.assertion($0, link.session)
        }
        return ChecksGate(checks: commands + assertions).result
    }
}

// MARK: - Waiting for others

extension EvidenceCollector {
    private enum Answer: Sendable {
        case upstream(UpstreamEvidence)
        case gate(GateResult)
        case checks([ChecksGate.Check])
    }

    private func questions(_ plan: Plan) -> [@Sendable () -> Answer] {
        [
            upstreamQuestion(plan), backupQuestion, flagQuestion(plan), checkQuestion(plan),
        ].compactMap { $0 }
    }

    private func upstreamQuestion(_ plan: Plan) -> (@Sendable () -> Answer)? {
        guard selection.isOn(.upstream), let name = release.environment.promotesFrom,
            let upstream = release.configuration.environment(named: name)
        else { return nil }
        let (options, key) = (workspace.options, workspace.repositoryKey)
        let names = plan.migrations.map(\.name)
        return { .upstream(UpstreamEvidence.read(upstream, names, options, repository: key)) }
    }

    private var backupQuestion: (@Sendable () -> Answer)? {
        guard let gate = configured(.backup) else { return nil }
        let (options, key) = (workspace.options, workspace.repositoryKey)
        var look = BackupLook(
            configuration: gate, variables: options.variables,
            directory: workspace.repository?.workTree,
            openSandbox: { try SandboxDatabases.cluster(options, repository: key) },
            serverBindir: options.serverBindir)
        look.subject = (try? link.session.query(BackupSubject.question)).map {
            BackupSubject(rows: $0.rows)
        }
        let judge = BackupGate(
            maxAge: gate.settings["max_age"].flatMap(DurationText.parse) ?? .seconds(86_400),
            now: WallClock.seconds)
        return { [look] in .gate(judge.result(look.find())) }
    }

    private func flagQuestion(_ plan: Plan) -> (@Sendable () -> Answer)? {
        guard let gate = configured(.featureFlag) else { return nil }
        let flags = plan.migrations.flatMap { planned in
            planned.script.directives.flags.map {
                FeatureFlagGate.Flag(name: $0, migration: planned.name)
            }
        }
        let service = FlagService(
            configuration: gate, question: program, environment: plan.environment)
        return { .gate(FeatureFlagGate(states: flags.map { ($0, service.state(of: $0)) }).result) }
    }

    private func checkQuestion(_ plan: Plan) -> (@Sendable () -> Answer)? {
        guard let commands = configured(.checks)?.values("commands"), !commands.isEmpty else {
            return nil
        }
        let question = program
        let further = [
            "SLUICE_ENVIRONMENT": plan.environment, "SLUICE_PLAN": plan.digest,
            "SLUICE_COMMIT": plan.commitDigits ?? "",
        ]
        return { .checks(commands.concurrentMap { question.check($0, further) }) }
    }

    private var program: ProgramQuestion {
        ProgramQuestion(
            variables: workspace.options.variables, directory: workspace.repository?.workTree,
            mask: SecretMask(
                workspace.options.variables, references: release.environment.references,
                further: link.target.value(of: "password").map { [$0] } ?? []))
    }
}
