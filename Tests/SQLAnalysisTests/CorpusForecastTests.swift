import Foundation
import PostgresLink
import SQLAnalysis
import Sandbox
import TestSupport
import Testing

/// Runs real migrations on tables with rows and compares what happens with what was said.
@Suite(.enabled(if: Corpus.isPresent, "the corpus is not beside the package"))
struct CorpusForecastTests {
    /// Every so manieth migration is measured; the others are only replayed.
    private static let stride =
        ProcessInfo.processInfo.environment["SLUICE_FULL"] == "1" ? 1 : 8

    @Test(arguments: Corpus.histories)
    func realMigrationsDoWhatFindingsAndForecastsSay(_ history: URL) async throws {
        let migrations = try Corpus.migrations(in: history)
        let tally = try await withTemporaryDatabase { url in
            try await onOwnThread {
                var trial = try CorpusTrial(url)
                for (index, migration) in migrations.enumerated() {
                    try trial.take(
                        migration.name, migration.text,
                        isMeasured: index % Self.stride == 3 % Self.stride)
                }
                return trial.tally
            }
        }
        for line in tally.disagreements + tally.unconfirmed + tally.skipped { print("  \(line)") }
        print(
            "\(history.lastPathComponent): \(tally.measured - tally.disagreements.count) of \(tally.measured) statements "
                + "lock and rewrite as forecast; \(tally.confirmed) of "
                + "\(tally.confirmed + tally.unconfirmed.count) findings of severity warning or "
                + "above confirmed on tables with rows")
        if Corpus.isUsual {
            #expect(tally.measured > 100)
            #expect(tally.confirmed > 10)
            #expect(tally.skipped == [])
        }
        #expect(Double(tally.disagreements.count) <= 0.01 * Double(tally.measured))
        #expect(tally.unconfirmed == [])
    }
}

/// The count of what agreed.
private struct CorpusTally: Sendable {
    var measured = 0
    var confirmed = 0
    var disagreements: [String] = []
    var unconfirmed: [String] = []
    /// Statements that do not run here even on empty tables: the history's own mistakes, and
    /// extensions that this server lacks.
    var skipped: [String] = []
}

/// A database that follows the corpus, with rows where a migration is measured.
private struct CorpusTrial {
    private let session: PostgresSession
    private let meter: StatementMeter
    private var schema = KnownSchema()
    private(set) var tally = CorpusTally()
    /// Rows in each table that a measured migration touches.
    private static let rows = 20

    init(_ url: String) throws {
        session = try PostgresSession(connecting: ConnectionTarget(url: url))
        meter = try StatementMeter(session)
        try session.execute(Self.filling)
        schema.knowsWholeHistory = true
        // Reading a whole index is no less work, but is counted elsewhere.
        for way in ["indexscan", "indexonlyscan", "bitmapscan"] {
            try session.execute("SET enable_\(way) = off")
        }
    }

    mutating func take(_ name: String, _ text: String, isMeasured: Bool) throws {
        guard let script = try? Script(text) else {
            tally.skipped.append("\(name): cannot be read")
            return
        }
        if isMeasured, script.mode.isTransactional { try measure(name, script) }
        for unit in script.units where !unit.statements.isEmpty {
            do {
                try session.execute(String(script.sql(of: unit)))
            } catch is PostgresError {
                _ = try? session.execute("ROLLBACK")
                for index in unit.statements { try take(script.statements[index], of: name) }
            }
        }
        schema.replay(script)
    }

    /// What a history's mistake leaves out does not stop the migrations behind it.
    private mutating func take(_ statement: Statement, of name: String) throws {
        do {
            try session.execute(String(statement.text))
        } catch let error as PostgresError {
            tally.skipped.append("\(name) @\(statement.ordinal): skipped, \(error.message)")
        }
    }

    /// Runs the migration on full tables and takes everything back.
    private mutating func measure(_ name: String, _ script: Script) throws {
        schema.beginPlan()
        var linter = Linter(schema: schema)
        let grave = linter.findings(in: script).filter { $0.severity >= .warning }
        var known = schema
        known.begin(script)
        try session.execute("BEGIN")
        defer { _ = try? session.execute("ROLLBACK") }
        try fill(AskedNames([script]).relations)
        var failures: [Int: PostgresError] = [:]
        // By identifier, since a table may get another name.
        var held: [String: LockMode] = [:]
        for statement in script.statements {
            guard let outcome = try run(statement) else { break }
            if outcome.failure != nil { try fill(AskedNames([script]).relations) }
            if let error = outcome.failure {
                failures[statement.ordinal] = error
                Self.hold(outcome.measurement, &held)
            } else {
                compare(outcome.measurement, statement, known, name, &held)
                confirm(grave, statement, outcome.measurement, name)
            }
            known.replay(statement)
        }
        confirm(grave, failures, name)
    }

    /// A statement that fails on the rows runs again without them; nil where it fails there, too.
    private func run(_ statement: Statement) throws -> (
        measurement: Sandbox.Measurement, failure: PostgresError?
    )? {
        try session.execute("SAVEPOINT here")
        do {
            return (try meter.measure(String(statement.text)), nil)
        } catch let error as PostgresError {
            try session.execute("ROLLBACK TO SAVEPOINT here")
            try session.execute("SELECT fill.empty()")
            guard let again = try? meter.measure(String(statement.text)) else { return nil }
            return (again, error)
        }
    }

    /// Notes what the transaction has locked by now.
    private static func hold(
        _ measurement: Sandbox.Measurement, _ held: inout [String: LockMode]
    ) {
        for relation in measurement.relations {
            let lock = relation.locks.compactMap(LockMode.init(catalogName:)).max()
            held[relation.id] = max(lock ?? .accessShare, held[relation.id] ?? .accessShare)
        }
    }

    private func fill(_ relations: [ObjectName]) throws {
        try session.execute("SET LOCAL session_replication_role = replica")
        for relation in relations {
            try session.execute("SAVEPOINT fill")
            do {
                _ = try session.query(
                    "SELECT fill.fill(c.oid, $2) FROM pg_class c WHERE c.oid = to_regclass($1) "
                        + "AND c.relkind = 'r'", [relation.description, "\(Self.rows)"])
            } catch is PostgresError {
                try session.execute("ROLLBACK TO SAVEPOINT fill")
            }
        }
        try session.execute("SET LOCAL session_replication_role = origin")
    }

    private mutating func compare(
        _ measurement: Sandbox.Measurement, _ statement: Statement, _ known: KnownSchema,
        _ name: String,
        _ held: inout [String: LockMode]
    ) {
        let predicted = ForecastOracle.predicted(statement, known)
        let measured = ForecastOracle.measured(measurement, rows: Self.rows)
        tally.measured += 1
        var wrong: [String] = []
        let identifiers = Dictionary(
            measurement.relations.map {
                (ObjectName(schema: $0.schema, name: $0.name).description, $0.id)
            }, uniquingKeysWith: { $1 })
        for (relation, found) in measured where !found.isPart && !relation.hasPrefix("fill.") {
            // Nobody else can wait for a table that the transaction has made.
            let parts = relation.replacing("\"", with: "").split(separator: ".").map(String.init)
            let table = ObjectName(schema: parts.first, name: parts.last ?? "")
            if known.isNew(.table, table) { continue }
            let expected = predicted[relation]
            // A lock that the transaction has already is not seen to be taken again.
            let identifier = identifiers[relation] ?? relation
            let before = held[identifier] ?? .accessShare
            let lock = max(found.lock ?? .accessShare, before)
            let forecast = max(expected?.lock ?? .accessShare, before)
            held[identifier] = lock
            guard max(lock, forecast) > .rowExclusive || found.isRewritten else { continue }
            if forecast != lock || (expected?.isRewritten ?? false) != found.isRewritten {
                wrong.append(
                    "\(relation): forecast \(expected?.description ?? "nothing"), measured \(found)"
                )
            }
        }
        if let first = wrong.first {
            tally.disagreements.append("\(name) @\(statement.ordinal): \(first)")
        }
    }

    /// What a finding warns of must be seen in the statement that it names.
    private mutating func confirm(
        _ findings: [Finding], _ statement: Statement, _ measurement: Sandbox.Measurement,
        _ name: String
    ) {
        for finding in findings where finding.statement == statement.ordinal {
            let isSeen: Bool
            switch finding.hazard {
            case .lock:
                isSeen = finding.impacts.contains { impact in
                    measurement.relations.contains { relation in
                        relation.name == impact.relation.name
                            && (relation.isRewritten || relation.scannedRows >= Self.rows)
                    }
                }
            // The object had rows or readers, and is gone or another now.
            case .loss, .compatibility: isSeen = true
            case .failure, .script: continue
            }
            note(finding, isSeen, name)
        }
    }

    /// What is said to fail must have failed; duplicates and old enum values are not among the
    /// rows, so there it is enough that the statement is of that kind.
    private mutating func confirm(
        _ findings: [Finding], _ failures: [Int: PostgresError], _ name: String
    ) {
        for finding in findings {
            let failure = failures[finding.statement]
            switch finding.rule {
            case "required-column": note(finding, failure?.state?.rawValue == "23502", name)
            case "duplicates-refused", "enum-value-removed": continue
            default:
                if failure != nil, finding.hazard == .lock { note(finding, true, name) }
            }
        }
    }

    private mutating func note(_ finding: Finding, _ isSeen: Bool, _ name: String) {
        if isSeen {
            tally.confirmed += 1
        } else {
            tally.unconfirmed.append("\(name) @\(finding.statement): \(finding.rule) not confirmed")
        }
    }

    /// Fills a table with rows whose values follow from their number, so that keys match.
    private static let filling = """
        CREATE SCHEMA fill;
        CREATE FUNCTION fill.fill(t regclass, n int) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE columns text; checks int;
        BEGIN
            CREATE TEMP TABLE IF NOT EXISTS parts
                (attnum int, attname text, part text) ON COMMIT DROP;
            DELETE FROM parts;
            INSERT INTO parts SELECT attnum, attname, CASE
                WHEN ty.typtype = 'e' THEN (SELECT quote_literal(enumlabel) FROM pg_enum
                    WHERE enumtypid = ty.oid ORDER BY enumsortorder LIMIT 1) || '::'
                    || format_type(a.atttypid, NULL)
                WHEN ty.typname = 'uuid' THEN 'md5(i::text)::uuid'
                WHEN ty.typname IN ('json', 'jsonb') THEN quote_literal('{}') || '::' || ty.typname
                WHEN ty.typname = 'bytea' THEN '''x''::bytea'
                WHEN ty.typcategory = 'N' THEN 'i'
                WHEN ty.typname = 'bpchar' OR ty.typname = 'varchar'
                    THEN format('(i::text)::%s', format_type(a.atttypid, a.atttypmod))
                WHEN ty.typcategory = 'S' OR ty.typname = 'citext' THEN '''x'' || i'
                WHEN ty.typcategory = 'B' THEN 'true'
                WHEN ty.typcategory = 'D'
                    THEN 'timestamp ''2020-01-01'' + i * interval ''1 day'''
                WHEN ty.typcategory = 'A'
                    THEN quote_literal('{}') || '::' || format_type(a.atttypid, NULL)
                ELSE 'NULL' END
            FROM pg_attribute a JOIN pg_type ty ON ty.oid = a.atttypid
            WHERE a.attrelid = t AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '';
            SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns FROM parts;
            -- The values may break a constraint, which must not leave the table empty.
            FOR try IN 0..1 LOOP
                BEGIN
                    EXECUTE format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s '
                        'FROM generate_series(1001, 1000 + %s) i', t, columns,
                        (SELECT string_agg(part, ', ' ORDER BY attnum) FROM parts), n);
                    EXIT;
                EXCEPTION WHEN check_violation OR string_data_right_truncation THEN
                    NULL;
                END;
                -- No constraint is asked where the catalog counts none.
                IF try = 0 THEN
                    SELECT relchecks INTO checks FROM pg_class WHERE oid = t;
                    UPDATE pg_class SET relchecks = 0 WHERE oid = t;
                END IF;
            END LOOP;
            UPDATE pg_class SET relchecks = checks WHERE oid = t AND checks IS NOT NULL;
        END $$;
        CREATE FUNCTION fill.empty() RETURNS void LANGUAGE plpgsql AS $$
        DECLARE t regclass;
        BEGIN
            SET LOCAL session_replication_role = replica;
            FOR t IN SELECT c.oid FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
                WHERE c.relkind = 'r' AND s.nspname = 'public'
                    AND pg_relation_size(c.oid) > 0
            LOOP EXECUTE format('DELETE FROM %s', t); END LOOP;
            SET LOCAL session_replication_role = origin;
        END $$;
        """
}
