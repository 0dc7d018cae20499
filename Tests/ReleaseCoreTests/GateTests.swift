import Testing

@testable import ReleaseCore

/// One cause why the upstream gate passes or blocks.
struct UpstreamCase: Sendable, CustomTestStringConvertible {
    var name: String
    var outcome: GateResult.Outcome
    var evidence: String
    var rows: [HistoryRow] = [Make.row("1"), Make.row("2")]
    var ledger: LedgerState? = UpstreamCase.ledger()
    /// What its ledger says was deployed; as the rows have it by default.
    var deployed: [String: UpstreamEvidence.Deployed]?
    var soak: Duration?
    var hasSmokeChecks = false
    var isReadable = true

    var testDescription: String { name }

    static func ledger(
        hold: Hold? = nil, smoke: String? = nil, age: Duration = .seconds(5)
    ) -> LedgerState {
        LedgerState(
            version: 1, environment: "staging", hold: hold,
            lastSmoke: smoke.map {
                SmokeRunSummary(outcome: $0, commit: nil, finishedAt: "noon", age: age)
            })
    }

    static let deployed = UpstreamEvidence.Deployed(checksum: Make.row("1").checksum)

    static let all: [UpstreamCase] = [
        .init(name: "all proven", outcome: .pass, evidence: "all 2 were deployed to staging"),
        .init(
            name: "one absent", outcome: .block, evidence: "2 is not applied in staging",
            rows: [Make.row("1")]),
        .init(
            name: "both absent", outcome: .block, evidence: "1 and 1 more are not applied", rows: []
        ),
        .init(
            name: "failed there", outcome: .block, evidence: "2 is not applied",
            rows: [Make.row("1"), Make.row("2", .failed)]),
        .init(
            name: "rolled back there", outcome: .block, evidence: "2 is not applied",
            rows: [Make.row("1"), Make.row("2", .rolledBack)]),
        .init(
            name: "another script", outcome: .block,
            evidence: "2 was applied in staging with another script",
            rows: [Make.row("1"), Make.row("2", script: "SELECT 9;")]),
        .init(
            name: "not readable", outcome: .block, evidence: "staging cannot be read: no route",
            isReadable: false),
        .init(
            name: "on hold there", outcome: .block, evidence: "staging is on hold: broken",
            ledger: ledger(hold: Hold(reason: "broken", by: "Mia", since: "noon"))),
        .init(
            name: "never smoke checked", outcome: .block, evidence: "no smoke run is recorded",
            ledger: ledger(), hasSmokeChecks: true),
        .init(
            name: "without a ledger", outcome: .block, evidence: "staging has no ledger",
            ledger: nil, hasSmokeChecks: true),
        .init(
            name: "resolved by hand there", outcome: .block,
            evidence: "2 is in the history of staging, but no deployment has put it there",
            deployed: ["1": deployed]),
        .init(
            name: "another script deployed there", outcome: .block,
            evidence: "but no deployment has put it there",
            deployed: ["1": deployed, "2": .init(checksum: String(repeating: "0", count: 64))]),
        .init(
            name: "deployed from a commit that lacks it", outcome: .block,
            evidence: "2 was deployed to staging, but commit x does not contain it",
            deployed: [
                "1": deployed,
                "2": .init(checksum: deployed.checksum, objection: "commit x does not contain it"),
            ]),
        .init(
            name: "smoke failed", outcome: .block, evidence: "the last smoke run in staging failed",
            ledger: ledger(smoke: "failed"), hasSmokeChecks: true),
        .init(
            name: "smoke undecided", outcome: .block, evidence: "could not tell",
            ledger: ledger(smoke: "error"), hasSmokeChecks: true),
        .init(
            name: "smoke of before the newest migration", outcome: .block,
            evidence: "is older than",
            ledger: ledger(smoke: "passed", age: .seconds(61)), hasSmokeChecks: true),
        .init(
            name: "smoke passed after it", outcome: .pass, evidence: "the smoke run of noon passed",
            ledger: ledger(smoke: "passed", age: .seconds(59)), hasSmokeChecks: true),
        .init(
            name: "not there long enough", outcome: .block, evidence: "for 1 min of 30 min",
            soak: .seconds(1800)),
        .init(
            name: "one not there long enough", outcome: .block, evidence: "for 10 s of 30 min",
            rows: [Make.row("1", age: .seconds(4000)), Make.row("2", age: .seconds(10))],
            soak: .seconds(1800)),
        .init(
            name: "there long enough", outcome: .pass, evidence: "same checksums",
            soak: .seconds(60)),
        .init(
            name: "other rows do not matter", outcome: .pass, evidence: "all 2",
            rows: [Make.row("1"), Make.row("2"), Make.row("3", .failed, script: "x")]),
    ]
}

@Suite("Gates")
struct GateTests {
    static let plan = Make.plan([
        Make.planned("1", "SELECT 1;"), Make.planned("2", "SELECT 1;"),
    ])

    static func environment(
        _ gates: [GateName] = [], promotesFrom: String? = nil
    ) -> EnvironmentConfiguration {
        EnvironmentConfiguration(
            name: "production", database: Template(raw: "sandbox"), promotesFrom: promotesFrom,
            gates: gates.map { GateConfiguration(gate: $0) })
    }

    @Test("upstream passes or blocks with the reason", arguments: UpstreamCase.all)
    func upstream(_ example: UpstreamCase) {
        let evidence = UpstreamEvidence(
            name: "staging",
            state: example.isReadable ? Make.state(example.rows, ledger: example.ledger) : nil,
            failure: example.isReadable ? nil : "no route", hasSmokeChecks: example.hasSmokeChecks,
            deployed: example.deployed
                ?? Dictionary(
                    example.rows.map { ($0.name, .init(checksum: $0.checksum)) },
                    uniquingKeysWith: { $1 }))
        let result = UpstreamGate(
            plan: Self.plan, environment: Self.environment(promotesFrom: "staging"),
            evidence: evidence, soak: example.soak
        ).result
        #expect(result.outcome == example.outcome)
        #expect(result.evidence.contains(example.evidence), "\(result.evidence)")
        #expect((result.wayOut == nil) == (example.outcome == .pass))
    }

    @Test("upstream blocks where no upstream is named")
    func noUpstream() {
        let results = keeper(Self.environment([.upstream])).results()
        #expect(results.map(\.gate) == [.upstream])
        #expect(results.first?.outcome == .block)
    }

    @Test("an environment without gates has none, one with an upstream has six")
    func implied() {
        #expect(keeper(Self.environment()).results().isEmpty)
        let results = keeper(Self.environment(promotesFrom: "staging")).results()
        #expect(
            results.map(\.gate) == [
                .upstream, .dryRun, .rollbackNotes, .dataLoss, .findings, .history,
            ])
        #expect(results.map(\.outcome) == [.block, .block, .pass, .pass, .pass, .pass])
    }

    @Test("an empty plan needs none but those that are not about migrations")
    func emptyPlan() {
        var keeper = keeper(Self.environment([.dryRun, .window], promotesFrom: "staging"))
        keeper.plan = Make.plan([])
        keeper.evidence.asked[.window] = GateResult(.window, .block, "closed")
        let results = keeper.results()
        #expect(results.map(\.gate) == [.history, .window])
        #expect(results.map(\.outcome) == [.pass, .block])
    }

    @Test("a refusal tells whom the file lets past it")
    func overrideHint() {
        var environment = Self.environment([.dryRun])
        environment.gates[0].lists["overridable_by"] = ["mia@example.com"]
        var keeper = keeper(environment)
        #expect(keeper.results()[0].wayOut?.contains("--override") == false)
        keeper.identities = ["mia@example.com", "mia"]
        #expect(
            keeper.results()[0].wayOut?.hasSuffix("; or --override dry_run --reason TEXT") == true)
        keeper.answers = GateAnswers(overrides: [.dryRun], reason: "it burns")
        #expect(keeper.results()[0].outcome == .overridden)
    }

    @Test("a file from disk takes no committed gate away")
    func guarded() {
        var committed = Self.environment([.review, .backup], promotesFrom: "staging")
        committed.gates[0].settings["approvals"] = "2"
        var file = Self.environment([.review, .window])
        var off = GateConfiguration(gate: .findings)
        off.isOff = true
        file.gates.append(off)
        file.auto = true
        let guarded = GuardedGates(file: file, committed: committed)
        #expect(guarded.environment.promotesFrom == "staging")
        #expect(guarded.environment.auto == nil)
        let selection = GateSelection(guarded.environment)
        for gate in [GateName.review, .backup, .window, .findings, .dryRun] {
            #expect(selection.isOn(gate), "\(gate)")
        }
        let review = guarded.environment.gates.first { $0.gate == .review }
        #expect(review?.settings["approvals"] == "2")
        #expect(guarded.kept == ["promotes_from: staging", "auto", "review", "backup", "findings"])
        #expect(GuardedGates(file: committed, committed: committed).kept.isEmpty)
    }

    @Test("a file from disk leaves the upstream where it is")
    func guardedUpstream() throws {
        let production = Self.environment([], promotesFrom: "staging")
        func staging(_ url: String) -> EnvironmentConfiguration {
            EnvironmentConfiguration(name: "staging", database: Template(raw: url, line: 1))
        }
        let committed = Configuration(environments: [staging("${STAGING}"), production])
        var same = committed
        #expect(GuardedGates(file: &same, committed: committed, "production")?.kept == [])
        var file = Configuration(environments: [staging("${MINE}"), production])
        let guarded = try #require(
            GuardedGates(file: &file, committed: committed, "production"))
        #expect(guarded.kept == ["database of staging"])
        #expect(file.environment(named: "staging")?.database.raw == "${STAGING}")
        #expect(GuardedGates(file: &file, committed: committed, "other") == nil)
    }

    @Test(
        "dry_run wants the digest of this plan",
        arguments: [
            (nil, GateResult.Outcome.block), (Make.digest, .pass), ("0123456789ab", .pass),
            ("0123456789a", .block), ("ffffffffffff", .block),
        ])
    func dryRun(_ given: String?, _ outcome: GateResult.Outcome) {
        var keeper = keeper(Self.environment([.dryRun]))
        keeper.answers.inspectedDigest = given
        let results = keeper.results()
        #expect(results.map(\.outcome) == [outcome])
        if outcome == .block {
            #expect(results.first?.wayOut?.contains("sluice plan production") == true)
            // A refusal does not hand out the key.
            #expect(results.first?.wayOut?.contains("0123456789ab") == false)
        }
    }

    @Test("a hold blocks without being configured")
    func hold() {
        var keeper = keeper(Self.environment())
        keeper.state = Make.state(
            ledger: UpstreamCase.ledger(hold: Hold(reason: "broken", by: "Mia", since: "noon")))
        let results = keeper.results()
        #expect(results.map(\.gate) == [.hold])
        #expect(results.first?.outcome == .block)
        #expect(results.first?.evidence == "on hold since noon by Mia: broken")
        #expect(results.first?.wayOut?.contains("sluice release production") == true)
    }

    @Test(
        "a gate that nobody has looked at never passes",
        arguments: [
            GateName.upstream, .review, .backup, .dryRun, .featureFlag, .drift, .window, .checks,
        ])
    func unasked(_ gate: GateName) {
        #expect(keeper(Self.environment([gate])).results().map(\.outcome) == [.block])
    }

    @Test("a default gate can be switched off in the file, and says so")
    func switchedOff() throws {
        let text = """
            environments:
              staging: { database: sandbox }
              production:
                database: sandbox
                promotes_from: staging
                gates:
                  findings: off
            """
        let environment = try #require(
            try ConfigurationReader.read(Array(text.utf8), file: "x").environment(
                named: "production"))
        let entry = GateSelection(environment).entries.first { $0.gate == .findings }
        #expect(entry?.isOn == false)
        #expect(entry?.reason == "switched off in the file")
        #expect(!keeper(environment).results().map(\.gate).contains(.findings))
    }

    @Test("auto: true leaves the implied dry_run out for the watcher only")
    func unattended() throws {
        var environment = Self.environment([], promotesFrom: "staging")
        environment.auto = true
        func isOn(_ isUnattended: Bool) -> Bool? {
            GateSelection(environment, isUnattended: isUnattended).entries.first {
                $0.gate == .dryRun
            }?.isOn
        }
        #expect(isOn(true) == false)
        #expect(isOn(false) == true)
        environment.auto = nil
        #expect(isOn(true) == true)
        environment = Self.environment([.dryRun], promotesFrom: "staging")
        environment.auto = true
        #expect(isOn(true) == true)
    }

    @Test("a rehearsal that failed blocks, one that did not is shown")
    func rehearsed() {
        var keeper = keeper(Self.environment([.dryRun]))
        keeper.answers.inspectedDigest = keeper.plan.digest
        keeper.evidence.rehearsal = RehearsalRecord(
            isClean: true, summary: "it runs.", age: .seconds(185))
        #expect(keeper.results().first?.outcome == .pass)
        #expect(keeper.results().first?.evidence.contains("rehearsed 3 min ago: it runs.") == true)
        keeper.evidence.rehearsal?.isClean = false
        #expect(keeper.results().first?.outcome == .block)
    }

    @Test("only who the file names goes past a gate, with a reason, and only past that gate")
    func overriding() throws {
        var environment = Self.environment([.dryRun, .findings])
        environment.gates[0].lists["overridable_by"] = ["ada@example.com", "ci"]
        var keeper = keeper(environment)
        keeper.answers = GateAnswers(overrides: [.dryRun], reason: "the office burns")
        keeper.identities = ["mia@example.com", "mia"]
        #expect(keeper.results().first?.outcome == .block)
        keeper.identities = ["Ada@Example.com", "ada"]
        #expect(keeper.results().first?.outcome == .overridden)
        keeper.identities = ["x@example.com", "ci"]
        #expect(keeper.results().first?.outcome == .overridden)
        keeper.answers.reason = nil
        #expect(keeper.results().first?.outcome == .block)

        let mia = ["mia@example.com", "mia"]
        for (gate, words) in [
            (GateName.dryRun, "may not override"), (.findings, "not overridable"),
            (.history, "--accept"), (.hold, "sluice release"),
        ] {
            let error = #expect(throws: ReleaseError.self) {
                try GateOverride.check(
                    GateAnswers(overrides: [gate], reason: "x"), environment, mia)
            }
            #expect(error?.what.contains(words) == true, "\(gate)")
        }
    }

    private func keeper(_ environment: EnvironmentConfiguration) -> GateKeeper {
        GateKeeper(
            plan: Self.plan, environment: environment, state: Make.state())
    }
}
