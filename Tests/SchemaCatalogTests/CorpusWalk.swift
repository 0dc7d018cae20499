import Foundation
import PostgresLink
import SchemaCatalog
import TestSupport

/// Walks a history of real migrations and undoes each one on the way.
///
/// Two databases: one only goes forward and is the measure; on the other each
/// migration is applied, undone by the generated SQL, compared, and applied
/// again.
final class CorpusWalk {
    struct Migration {
        var name: String
        var sql: String
    }

    struct Tally {
        var restored = 0
        /// What the generated SQL itself says cannot return.
        var named: [String] = []
        var failures: [String] = []
        var snapshotSeconds = 0.0
        var snapshots = 0
    }

    private let measure: TemporaryDatabase
    private var subject: TemporaryDatabase
    /// Whether the subject lacks migrations that were not checked.
    private var isBehind = false
    private(set) var tally = Tally()

    init() async throws {
        measure = try await TemporaryDatabase.create()
        subject = try await TemporaryDatabase.create()
    }

    func finish() async throws {
        try await measure.drop()
        try await subject.drop()
    }

    /// The corpus beside the package, or nil where it is absent.
    static func migrations() -> [Migration]? {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let corpus = package.deletingLastPathComponent()
            .appendingPathComponent("shared/corpus/trigger.dev")
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: corpus.path) else {
            return nil
        }
        return names.sorted().compactMap { name in
            let file = corpus.appendingPathComponent(name).appendingPathComponent("migration.sql")
            return (try? String(contentsOf: file, encoding: .utf8)).map {
                Migration(name: name, sql: $0)
            }
        }
    }

    /// Undoes the migrations at the indices that are checked.
    func walk(_ migrations: [Migration], isChecked: (Int) -> Bool) async throws {
        var before: PgDumpOracle?
        for (index, migration) in migrations.enumerated() {
            guard isChecked(index) else {
                try await Self.apply(migration.sql, to: measure.url)
                isBehind = true
                before = nil
                continue
            }
            let known = before
            let expected =
                if let known { known } else { try await PgDumpOracle.dump(measure.url) }
            if isBehind { try await copyMeasure() }
            try await check(migration, expected)
            try await Self.apply(migration.sql, to: measure.url)
            before = isChecked(index + 1) ? try await PgDumpOracle.dump(measure.url) : nil
        }
    }

    private func check(_ migration: Migration, _ expected: PgDumpOracle) async throws {
        let start = try snapshot()
        try await Self.apply(migration.sql, to: subject.url)
        let difference = SchemaDifference(from: try snapshot(), to: start)
        do {
            try proveCompatible(difference, start)
            let sql = difference.ddl(style: .exact).migrationText()
            try await Self.apply(sql, to: subject.url)
            let left = SchemaDifference(from: try snapshot(), to: start).summary
            let found = try await PgDumpOracle.dump(subject.url)
            if left.isEmpty, found == expected {
                tally.restored += 1
            } else if !difference.unrendered.isEmpty {
                tally.named += difference.unrendered.map { "\(migration.name): \($0.line)" }
            } else {
                throw NotRestored(text: "\(left) \(expected.difference(to: found))\n\(sql)")
            }
            try await Self.apply(migration.sql, to: subject.url)
        } catch {
            tally.failures.append("\(migration.name): \(error)")
            try await startOver(with: migration)
        }
    }

    struct NotRestored: Error { var text: String }

    /// The compatible form with its follow-ups gives the same schema. Looked at
    /// inside a transaction, so that nothing has to be undone.
    private func proveCompatible(_ difference: SchemaDifference, _ goal: SchemaSnapshot) throws {
        let session = try Self.session(subject.url)
        try session.execute("BEGIN")
        let steps = difference.ddl(style: .compatible)
        try session.execute(steps.map(\.sql).joined())
        for followUp in steps.flatMap(\.followUps) { try session.execute(followUp.statement) }
        let left = SchemaDifference(from: try SchemaSnapshot.read(session), to: goal).summary
        try session.execute("ROLLBACK")
        if !left.isEmpty {
            throw NotRestored(text: "compatible: \(left)\n\(steps.migrationText())")
        }
    }

    /// After a failure the subject is a copy of the measure again.
    private func startOver(with migration: Migration) async throws {
        try await copyMeasure()
        try await Self.apply(migration.sql, to: subject.url)
    }

    private func copyMeasure() async throws {
        try await subject.drop()
        subject = try await TemporaryDatabase.create(template: measure.name)
        isBehind = false
    }

    private func snapshot() throws -> SchemaSnapshot {
        let session = try Self.session(subject.url)
        let clock = ContinuousClock()
        let start = clock.now
        let snapshot = try SchemaSnapshot.read(session)
        tally.snapshotSeconds += Double((clock.now - start) / .seconds(1))
        tally.snapshots += 1
        return snapshot
    }

    private static func session(_ url: String) throws -> PostgresSession {
        try PostgresSession(connecting: ConnectionTarget(url: url))
    }

    /// As one message; scripts that cannot run so by psql, statement by statement.
    private static func apply(_ sql: String, to url: String) async throws {
        do {
            try session(url).execute(sql)
        } catch let error as PostgresError where error.state == SQLState(rawValue: "25001") {
            let output = try await ProcessRunner.run(
                "psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url], stdin: sql)
            guard output.status == 0 else { throw NotRestored(text: output.stderr) }
        }
    }
}
