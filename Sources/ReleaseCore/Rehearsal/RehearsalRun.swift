import PostgresLink
import SQLAnalysis
import Sandbox

/// Runs migrations on the copy, unit by unit and statement by statement.
struct RehearsalRun {
    let copy: SchemaCopy
    let database: String
    /// The schema on the search path, where it is not `public`.
    let schema: String?
    /// What is known of the environment, as far as the plan has got.
    var known: KnownSchema
    /// The relations that were there before the plan, by their identifiers.
    let visible: Set<String>
    /// What the transaction at hand has locked, by the relations' identifiers.
    private var held: [String: Rehearsal.Held] = [:]
    private(set) var migrations: [Rehearsal.Migration] = []
    private(set) var failure: Rehearsal.Failure?

    init(
        copy: SchemaCopy, database: String, schema: String?, known: KnownSchema,
        visible: Set<String>
    ) {
        self.copy = copy
        self.database = database
        self.schema = schema
        self.known = known
        self.visible = visible
    }

    static func relations(_ session: PostgresSession) throws -> Set<String> {
        Set(try session.query("SELECT oid FROM pg_class").rows.compactMap { $0.first ?? nil })
    }

    /// Each migration gets a session of its own, as it finds one when it is deployed.
    mutating func perform(_ planned: PlannedMigration) throws {
        let session = try copy.session(database)
        let meter = try StatementMeter(session)
        if let schema { try session.execute("SET search_path = \(Quoting.identifier(schema))") }
        known.begin(planned.script)
        let script = planned.script
        var done = Rehearsal.Migration(
            name: planned.name, isTransactional: script.mode.isTransactional, statements: [])
        for unit in script.units where failure == nil {
            let isAlone = unit.kind == .alone
            held = [:]
            if !isAlone { try session.execute("BEGIN\(unit.begin.map { " \($0)" } ?? "")") }
            for index in unit.statements where failure == nil {
                let statement = script.statements[index]
                guard statement.control == nil || isAlone else { continue }
                take(statement, planned, meter, isAlone: isAlone, &done)
            }
            if script.isOpaque { takeWhole(script, planned, meter, &done) }
            if !isAlone {
                done.held += held.values.sorted {
                    ($0.statement, $0.name.description) < ($1.statement, $1.name.description)
                }
            }
            if !isAlone {
                try end(session, commits: failure == nil && unit.ending == .commit, planned, done)
            }
        }
        migrations.append(done)
    }

    private mutating func take(
        _ statement: SQLAnalysis.Statement, _ planned: PlannedMigration, _ meter: StatementMeter,
        isAlone: Bool, _ done: inout Rehearsal.Migration
    ) {
        do {
            let measured = try meter.measure(String(statement.text))
            let forecast = known.impacts(of: statement)
            done.statements.append(
                Rehearsal.Statement(
                    ordinal: statement.ordinal, line: statement.line,
                    text: Self.oneLine(statement.text), milliseconds: measured.milliseconds,
                    walBytes: measured.walBytes,
                    relations: relations(
                        measured, forecast, isAlone ? nil : statement.ordinal),
                    hazards: planned.findings.filter {
                        $0.statement == statement.ordinal && $0.severity > .note && $0.dependsOnRows
                    }))
            known.replay(statement)
        } catch {
            failure = Self.failure(
                error, planned.name, statement.ordinal, line: statement.line)
        }
    }

    /// A script that only the server can read.
    private mutating func takeWhole(
        _ script: Script, _ planned: PlannedMigration, _ meter: StatementMeter,
        _ done: inout Rehearsal.Migration
    ) {
        do {
            let measured = try meter.measure(script.text)
            done.statements.append(
                Rehearsal.Statement(
                    ordinal: 1, line: 1, text: "the whole script, which only the server can read",
                    milliseconds: measured.milliseconds, walBytes: measured.walBytes,
                    relations: relations(measured, [], 1), hazards: []))
        } catch {
            failure = Self.failure(error, planned.name, 1, line: 1)
        }
    }

    /// What is deferred to the end of a transaction can still make it fail.
    private mutating func end(
        _ session: PostgresSession, commits: Bool, _ planned: PlannedMigration,
        _ done: Rehearsal.Migration
    ) throws {
        guard commits else {
            try session.execute("ROLLBACK")
            return
        }
        do {
            try session.execute("COMMIT")
        } catch {
            let last = done.statements.last
            failure = Self.failure(error, planned.name, last?.ordinal ?? 1, line: last?.line ?? 1)
        }
    }

    /// What the statement did, and what it needs of what the transaction has locked before, which
    /// the server does not tell again. Indexes and sequences are locked with their table.
    /// `ordinal` is the statement's number in its transaction; nil outside one.
    private mutating func relations(
        _ measured: Measurement, _ forecast: [Impact], _ ordinal: Int?
    ) -> [Rehearsal.Relation] {
        var shown: [Rehearsal.Relation] = []
        var names: Set<ObjectName> = []
        for relation in measured.relations
        where visible.contains(relation.id) && ["r", "p", "m", "v", "f"].contains(relation.kind) {
            let name = ObjectName(schema: relation.schema, name: relation.name)
            let lock = relation.locks.compactMap(LockMode.init(catalogName:)).max()
            if let ordinal, let lock, lock > held[relation.id]?.lock ?? .rowExclusive {
                held[relation.id] = Rehearsal.Held(name: name, lock: lock, statement: ordinal)
            }
            names.insert(name)
            let known = held[relation.id]
            shown += [
                self.relation(
                    name, known?.lock ?? lock, since: known?.statement,
                    isRewritten: relation.isRewritten, forecast)
            ].compactMap { $0 }
        }
        for impact in forecast where impact.kind == .table && names.insert(impact.relation).inserted
        {
            guard impact.lock > .rowExclusive || impact.work.contains(.scan),
                let known = held.values.first(where: { $0.name == impact.relation })
            else { continue }
            shown += [
                relation(
                    known.name, known.lock, since: known.statement, isRewritten: false, forecast)
            ].compactMap { $0 }
        }
        return shown
    }

    /// Weak locks delay nobody.
    private func relation(
        _ name: ObjectName, _ lock: LockMode?, since statement: Int?, isRewritten: Bool,
        _ forecast: [Impact]
    ) -> Rehearsal.Relation? {
        // An empty copy has no rows to count, so what is read is told by the forecast, which tests
        // compare with full tables.
        let expected = forecast.first { $0.relation == name }
        let isScanned = expected?.work.contains(.scan) ?? false
        guard isScanned || isRewritten || (lock ?? .accessShare) > .rowExclusive else { return nil }
        var work: Impact.Work = expected?.work ?? []
        if isRewritten, expected?.work.contains(.rewrite) ?? true { work.insert(.rewrite) }
        let size = known.size(of: name)
        return Rehearsal.Relation(
            name: name, lock: lock, heldSince: statement, isRewritten: isRewritten,
            isScanned: isScanned, size: size,
            estimate: work.isEmpty ? nil : size.map { $0.seconds(for: work) })
    }

    private static func failure(
        _ error: any Error, _ migration: String, _ statement: Int, line: Int
    ) -> Rehearsal.Failure {
        let error = error as? PostgresError
        return Rehearsal.Failure(
            migration: migration, statement: statement, line: line,
            sqlState: error?.state?.rawValue,
            message: error?.message ?? "the sandbox's server went away.")
    }

    static func oneLine(_ text: Substring) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
