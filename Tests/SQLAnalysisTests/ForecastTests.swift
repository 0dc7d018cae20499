import PostgresLink
import SQLAnalysis
import Sandbox
import TestSupport
import Testing

/// What a statement did and was said to do to one relation.
struct Observed: Hashable, CustomStringConvertible {
    var lock: LockMode?
    var isRewritten: Bool
    var isScanned: Bool
    /// An index or a sequence, which is locked with its table.
    var isPart = false

    var kept: Observed {
        Observed(lock: lock, isRewritten: false, isScanned: isScanned, isPart: isPart)
    }

    var description: String {
        [lock?.name ?? "no lock", isRewritten ? "rewrite" : "", isScanned ? "scan" : ""]
            .filter { !$0.isEmpty }.joined(separator: ", ")
    }
}

/// Compares forecasts with what the server does.
struct ForecastOracle {
    /// A lock this weak delays nobody but a DROP, so nobody needs to hear of it.
    static let ordinary: Set<LockMode> = [.accessShare, .rowShare, .rowExclusive]

    static func predicted(_ statement: Statement, _ schema: KnownSchema) -> [String: Observed] {
        var found: [String: Observed] = [:]
        for impact in schema.impacts(of: statement) {
            let isIndex = impact.kind == .index
            found[impact.relation.description] = Observed(
                lock: impact.lock, isRewritten: impact.work.contains(.rewrite),
                isScanned: impact.work.contains(.scan) && !isIndex)
        }
        return found
    }

    static func measured(_ measurement: Measurement, rows: Int) -> [String: Observed] {
        var found: [String: Observed] = [:]
        for relation in measurement.relations {
            let name = ObjectName(schema: relation.schema, name: relation.name).description
            found[name] = Observed(
                lock: relation.locks.compactMap(LockMode.init(catalogName:)).max(),
                isRewritten: relation.isRewritten && relation.kind != "S",
                isScanned: relation.scannedRows >= rows,
                isPart: ["i", "I", "S"].contains(relation.kind))
        }
        return found
    }
}

@Suite struct ForecastTests {
    /// Measures a form in a copy of the populated database and says where the forecast was wrong.
    private func disagreements(_ form: ForecastForm, _ url: String) async throws -> [String] {
        try await onOwnThread {
            let session = try PostgresSession(connecting: ConnectionTarget(url: url))
            let meter = try StatementMeter(session)
            var schema = KnownSchema()
            schema.replay(try Script(ForecastForm.schema))
            schema.isUTC = true
            if !form.before.isEmpty {
                schema.replay(try Script(form.before))
                try session.execute(form.before)
            }
            try session.execute("SET TimeZone = 'UTC'")
            let script = try Script(form.sql)
            let statement = script.statements[0]
            let isAlone = statement.refusesTransaction != nil
            if !isAlone { try session.execute("BEGIN") }
            var measured = ForecastOracle.measured(try meter.measure(form.sql), rows: 500)
            // A new empty file is no rewrite.
            if statement.tag.hasPrefix("TRUNCATE") { measured = measured.mapValues(\.kept) }
            return Self.compare(
                ForecastOracle.predicted(statement, schema), measured, isAlone: isAlone
            ).map { "\(form.sql): \($0)" }
        }
    }

    private static func compare(
        _ predicted: [String: Observed], _ measured: [String: Observed], isAlone: Bool
    ) -> [String] {
        var wrong: [String] = []
        for (relation, expected) in predicted.sorted(by: { $0.key < $1.key }) {
            var expected = expected
            // Outside a transaction only the first lock is seen, and indexes are not held.
            if isAlone, measured[relation]?.lock == nil { expected.lock = nil }
            var found =
                measured[relation] ?? Observed(isRewritten: false, isScanned: false)
            found.isPart = false
            if expected == Observed(lock: .accessShare, isRewritten: false, isScanned: false) {
                continue
            }
            if found != expected {
                wrong.append("\(relation): predicted \(expected), measured \(found)")
            }
        }
        for (relation, found) in measured where predicted[relation] == nil && !found.isPart {
            let isOrdinary = found.lock.map(ForecastOracle.ordinary.contains) ?? true
            if !isOrdinary {
                wrong.append("\(relation): not predicted, measured \(found)")
            }
        }
        return wrong
    }

    /// Which forms were not as forecast, and why.
    private func wrongForms(of forms: [ForecastForm]) async throws -> [[String]] {
        let template = try await TemporaryDatabase.create()
        try await onOwnThread {
            let session = try PostgresSession(connecting: ConnectionTarget(url: template.url))
            try session.execute("SET allow_in_place_tablespaces = true")
            // Another test of the process may have made it.
            _ = try? session.execute("CREATE TABLESPACE \(ForecastForm.tablespace) LOCATION ''")
            try session.execute(ForecastForm.schema)
            try session.execute(ForecastForm.rows)
        }
        var wrong: [[String]] = []
        for form in forms {
            let found = try await withTemporaryDatabase(template: template.name) { url in
                try await disagreements(form, url)
            }
            if !found.isEmpty { wrong.append(found) }
        }
        try await template.drop()
        return wrong
    }

    /// What is not known without the catalog: which views CASCADE takes along, and the table of
    /// statistics that are named alone.
    private static let explained: Set<String> = [
        "DROP TABLE parent CASCADE", "DROP STATISTICS stats",
    ]

    private func report(_ name: String, _ forms: [ForecastForm]) async throws -> [[String]] {
        let wrong = try await wrongForms(of: forms)
        let agreeing = forms.count - wrong.count
        print("\(name): \(agreeing) of \(forms.count) forms lock, scan and rewrite as forecast")
        for line in wrong.joined() { print("  \(line)") }
        return wrong
    }

    @Test func everyFormOfAlterTableIsForecastAsMeasured() async throws {
        #expect(try await report("ALTER TABLE", ForecastForm.alterTable) == [])
    }

    @Test func otherStatementsAreForecastAsMeasured() async throws {
        let wrong = try await report("other statements", ForecastForm.others)
        let unexplained = wrong.filter { lines in
            !Self.explained.contains { lines[0].hasPrefix($0) }
        }
        #expect(unexplained == [])
        let all = ForecastForm.alterTable.count + ForecastForm.others.count
        #expect(Double(wrong.count) <= 0.01 * Double(all))
    }
}
