import GitStore
import ReleaseCore
import SQLAnalysis

/// The JSON of `sluice plan`.
struct PlanDocument: Encodable {
    var environment: String
    var commit: String?
    var digest: String
    var migrations: [MigrationDocument]
    var gates: [GateDocument]
    var problems: [ProblemDocument]

    init(_ plan: Plan, _ gates: [GateResult]) {
        environment = plan.environment
        commit = plan.commit?.hex
        digest = plan.digest
        migrations = plan.migrations.map(MigrationDocument.init)
        self.gates = gates.map(GateDocument.init)
        problems = plan.problems.map(ProblemDocument.init)
    }
}

struct MigrationDocument: Encodable {
    var name: String
    var checksum: String
    var commit: String?
    var author: String?
    var mode: String
    var statements: Int
    /// The statement at which a half-finished migration is carried on; absent otherwise.
    var continuesAt: Int?
    var findings: [FindingDocument]

    enum CodingKeys: String, CodingKey {
        case name, checksum, commit, author, mode, statements, findings
        case continuesAt = "continues_at"
    }

    init(_ planned: PlannedMigration) {
        name = planned.name
        checksum = planned.migration.checksum
        commit = planned.migration.commit
        author = planned.migration.author
        mode = planned.script.mode.isTransactional ? "transactional" : "stepwise"
        statements = planned.script.statements.count
        continuesAt = planned.continuation?.next?.ordinal
        findings = planned.findings.map(FindingDocument.init)
    }
}

struct FindingDocument: Encodable {
    var rule: String
    var severity: String
    var statement: Int
    var line: Int
    var message: String
    var hazard: String
    var locks: [ImpactDocument]
    var safer: String?

    init(_ finding: Finding) {
        rule = finding.rule
        hazard = finding.hazard.rawValue
        locks = finding.impacts.map(ImpactDocument.init)
        safer = finding.safer
        severity = finding.severity.rawValue
        statement = finding.statement
        line = finding.line
        message = finding.message
    }
}

struct GateDocument: Encodable {
    var gate: String
    var outcome: String
    var evidence: String
    var details: [String]
    var wayOut: String?

    enum CodingKeys: String, CodingKey {
        case gate
        case outcome
        case evidence
        case details
        case wayOut = "way_out"
    }

    init(_ result: GateResult) {
        gate = result.gate.rawValue
        outcome = result.outcome.rawValue
        evidence = result.evidence
        details = result.details
        wayOut = result.wayOut
    }
}

struct ProblemDocument: Encodable {
    var kind: String
    var migration: String
    var detail: String

    init(_ problem: Problem) {
        kind = problem.kind.rawValue
        migration = problem.migration
        detail = problem.detail
    }
}
