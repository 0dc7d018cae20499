import GitStore
import ReleaseCore
import SQLAnalysis

/// The JSON of `sluice rehearse`.
struct RehearsalDocument: Encodable {
    struct Migration: Encodable {
        var name: String
        var mode: String
        var milliseconds: Double
        var statements: [Statement]
        var held: [Held]
    }

    /// A lock that the transaction holds to its end.
    struct Held: Encodable {
        var relation: String
        var lock: String
        var statement: Int
    }

    /// What rows that the copy lacks can make of a statement.
    struct Hazard: Encodable {
        var rule: String
        var severity: String
        var message: String
    }

    struct Rows: Encodable {
        var source: String
        var fraction: Double?
        var tables: Int
        var rows: Int
        var skipped: [String]
    }

    struct Statement: Encodable {
        var statement: Int
        var line: Int
        var sql: String
        var milliseconds: Double
        var walBytes: Int
        var relations: [Relation]
        var dependsOnRows: [Hazard]

        enum CodingKeys: String, CodingKey {
            case statement, line, sql, milliseconds, relations
            case walBytes = "wal_bytes"
            case dependsOnRows = "depends_on_rows"
        }
    }

    struct Relation: Encodable {
        var relation: String
        var lock: String?
        var heldSince: Int?
        var rewritten: Bool
        var scanned: Bool
        var rows: Int?
        var bytes: Int?
        var estimatedSeconds: Double?

        enum CodingKeys: String, CodingKey {
            case relation, lock, rewritten, scanned, rows, bytes
            case heldSince = "held_since"
            case estimatedSeconds = "estimated_seconds"
        }
    }

    struct Failure: Encodable {
        var migration: String
        var statement: Int
        var line: Int
        var sqlstate: String?
        var message: String
    }

    struct WayBack: Encodable {
        var proven: Bool
        var statements: [String]
        var cannotReturn: [String]
        var losses: [String]

        enum CodingKeys: String, CodingKey {
            case proven, statements, losses
            case cannotReturn = "cannot_return"
        }
    }

    var environment: String
    var commit: String?
    var digest: String
    var verdict: String
    var milliseconds: Double
    var migrations: [Migration]
    var failed: Failure?
    var invalid: [String]
    var schema: [String]
    var wayBack: WayBack?
    var rows: Rows?
    /// Whether the ledger has it.
    var recorded: Bool

    enum CodingKeys: String, CodingKey {
        case environment, commit, digest, verdict, milliseconds, migrations, failed, invalid, schema
        case rows, recorded
        case wayBack = "way_back"
    }

    init(_ outcome: Rehearser.Outcome) {
        let rehearsal = outcome.rehearsal
        environment = outcome.plan.environment
        commit = outcome.plan.commit?.hex
        digest = outcome.plan.digest
        verdict = rehearsal.map { $0.isClean ? "succeeded" : "failed" } ?? "nothing-to-do"
        milliseconds = rehearsal?.milliseconds ?? 0
        migrations = (rehearsal?.migrations ?? []).map(Migration.init)
        failed = rehearsal?.failure.map {
            Failure(
                migration: $0.migration, statement: $0.statement, line: $0.line,
                sqlstate: $0.sqlState, message: $0.message)
        }
        invalid = rehearsal?.invalid ?? []
        rows = rehearsal.map { Rows($0.rows) }
        recorded = rehearsal.map { $0.unrecorded == nil } ?? false
        schema = rehearsal?.changes ?? []
        wayBack = rehearsal?.wayBack.map {
            WayBack(
                proven: $0.isProven, statements: $0.statements, cannotReturn: $0.cannotReturn,
                losses: $0.losses)
        }
    }
}

extension RehearsalDocument.Migration {
    init(_ migration: Rehearsal.Migration) {
        self.init(
            name: migration.name,
            mode: migration.isTransactional ? "transactional" : "stepwise",
            milliseconds: migration.milliseconds,
            statements: migration.statements.map { statement in
                RehearsalDocument.Statement(
                    statement: statement.ordinal, line: statement.line, sql: statement.text,
                    milliseconds: statement.milliseconds, walBytes: statement.walBytes,
                    relations: statement.relations.map { relation in
                        RehearsalDocument.Relation(
                            relation: relation.name.description, lock: relation.lock?.name,
                            heldSince: relation.heldSince,
                            rewritten: relation.isRewritten, scanned: relation.isScanned,
                            rows: relation.size?.rows, bytes: relation.size?.bytes,
                            estimatedSeconds: relation.estimate)
                    },
                    dependsOnRows: statement.hazards.map {
                        RehearsalDocument.Hazard(
                            rule: $0.rule, severity: $0.severity.rawValue, message: $0.message)
                    })
            },
            held: migration.held.map {
                RehearsalDocument.Held(
                    relation: $0.name.description, lock: $0.lock.name, statement: $0.statement)
            })
    }
}

extension RehearsalDocument.Rows {
    init(_ rows: Rehearsal.Rows) {
        self.init(
            source: "none", fraction: nil, tables: rows.tables, rows: rows.rows,
            skipped: rows.skipped)
        switch rows.source {
        case .none: break
        case .sample(let share): (source, fraction) = ("sample", share)
        case .clone: source = "backup"
        }
    }
}
