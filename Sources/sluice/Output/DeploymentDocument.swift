import PostgresLink
import ReleaseCore

/// The JSON of `sluice deploy` and `sluice promote`.
struct DeploymentDocument: Encodable {
    var environment: String
    var deployment: String?
    var verdict: String
    var applied: [String]
    var failed: Failure?
    var gates: [GateDocument]
    var smoke: [SmokeDocument]
    var hotfix: HotfixDocument.Hotfix?
    var problems: [ProblemDocument]
    var notes: [String]
    var reminders: [Reminder]

    struct Failure: Encodable {
        var migration: String
        var statement: Int?
        var line: Int?
        var sqlstate: String?
        var message: String
        var databaseState: String

        enum CodingKeys: String, CodingKey {
            case migration
            case statement
            case line
            case sqlstate
            case message
            case databaseState = "database_state"
        }

        init(_ failure: DeploymentFailure) {
            migration = failure.migration
            statement = failure.statement
            line = failure.line
            sqlstate = failure.sqlState?.rawValue
            message = failure.message
            databaseState = failure.databaseState
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(migration, forKey: .migration)
            try container.encode(statement, forKey: .statement)
            try container.encode(line, forKey: .line)
            try container.encode(sqlstate, forKey: .sqlstate)
            try container.encode(message, forKey: .message)
            try container.encode(databaseState, forKey: .databaseState)
        }
    }

    init(_ report: DeploymentReport) {
        environment = report.plan.environment
        deployment = report.deployment
        verdict = report.verdict.rawValue
        applied = report.applied
        failed = report.failure.map(Failure.init)
        gates = report.gates.map(GateDocument.init)
        smoke = report.smoke?.results.map(SmokeDocument.init) ?? []
        hotfix = report.hotfix.map { HotfixDocument($0).hotfix }
        reminders = report.reminders
        problems = report.plan.problems.map(ProblemDocument.init)
        notes = report.notes + (report.obstacle.map { [$0.what] } ?? [])
    }

    enum CodingKeys: CodingKey {
        case environment, deployment, verdict, applied, failed, gates, smoke, hotfix, problems,
            notes, reminders
    }

    /// By hand, because absent parts are `null` and not left out.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(environment, forKey: .environment)
        try container.encode(deployment, forKey: .deployment)
        try container.encode(verdict, forKey: .verdict)
        try container.encode(applied, forKey: .applied)
        try container.encode(failed, forKey: .failed)
        try container.encode(gates, forKey: .gates)
        try container.encode(smoke, forKey: .smoke)
        try container.encode(hotfix, forKey: .hotfix)
        try container.encode(problems, forKey: .problems)
        try container.encode(notes, forKey: .notes)
        try container.encode(reminders, forKey: .reminders)
    }
}

struct SmokeDocument: Encodable {
    var name: String
    var outcome: String
    var milliseconds: Int
    var detail: String
    var kind: String
    var required: Bool
    var attempts: Int
    var output: String?

    init(_ result: SmokeRun.Result) {
        kind = result.kind
        required = result.required
        attempts = result.attempts
        output = result.output
        name = result.name
        outcome = result.outcome.rawValue
        milliseconds = result.milliseconds
        detail = result.detail
    }
}

/// The JSON of `sluice hotfix`.
struct HotfixDocument: Encodable {
    struct Hotfix: Encodable {
        var branch: String
        var migration: String
        var commit: String
        var proven: Bool
        var cannotReturn: [String]
        /// What the sandbox showed, in words.
        var proof: String
        /// Whether it was there already.
        var existed: Bool
        var losses: [String]
        var undoneAlready: [String]
        var schemaFiles: [String]
        var schemaConflicts: [String]
        /// Folders whose checks ask for what goes.
        var removedChecks: [String]
        /// Files in the work tree.
        var written: [String]
        var notes: [String]

        enum CodingKeys: String, CodingKey {
            case branch, migration, commit, proven, proof, existed, losses, written, notes
            case cannotReturn = "cannot_return"
            case undoneAlready = "undone_already"
            case schemaFiles = "schema_files"
            case schemaConflicts = "schema_conflicts"
            case removedChecks = "removed_checks"
        }
    }

    var hotfix: Hotfix
}
