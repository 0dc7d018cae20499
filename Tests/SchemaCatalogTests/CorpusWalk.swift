import Foundation
import PostgresLink
import SchemaCatalog
import TestSupport

/// Walks a history of real migrations and undoes each one on the way.
///
/// Two databases: one only goes forward and is the measure; on the other each
/// migration is applied, undone by the generated SQL in the form of a hotfix with
/// its follow-ups, compared, and applied again.
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
        /// What does not apply, as where an extension is missing on this machine.
        var inapplicable: [String] = []
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

    /// The folders of real migrations: those that `SLUICE_CORPUS` names, separated
    /// by colons, or the corpus beside the package; none where that is absent.
    static var folders: [String] {
        if let named = ProcessInfo.processInfo.environment["SLUICE_CORPUS"] {
            return named.split(separator: ":").map(String.init)
        }
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let corpus = package.deletingLastPathComponent()
            .appendingPathComponent("shared/corpus/trigger.dev").path
        return FileManager.default.fileExists(atPath: corpus) ? [corpus] : []
    }

    static func migrations(in folder: String) throws -> [Migration] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted().compactMap { name in
            (try? String(contentsOfFile: "\(folder)/\(name)/migration.sql", encoding: .utf8)).map {
                Migration(name: name, sql: $0)
            }
        }
    }

    /// Undoes the migrations at the indices that are checked.
    func walk(_ migrations: [Migration], isChecked: (Int) -> Bool) async throws {
        var before: PgDumpOracle?
        for (index, migration) in migrations.enumerated() {
            guard isChecked(index) else {
                _ = try await advance(migration)
                isBehind = true
                before = nil
                continue
            }
            let known = before
            let expected =
                if let known { known } else { try await PgDumpOracle.dump(measure.url) }
            if isBehind { try await copyMeasure() }
            guard try await advance(migration) else {
                isBehind = true
                before = nil
                continue
            }
            try await check(migration, expected)
            before = isChecked(index + 1) ? try await PgDumpOracle.dump(measure.url) : nil
        }
    }

    /// Applies a migration to the measure; the walk goes on without it where that
    /// is not possible.
    private func advance(_ migration: Migration) async throws -> Bool {
        do {
            try await Self.apply(migration, to: measure.url)
            return true
        } catch {
            tally.inapplicable.append("\(migration.name) does not apply: \(error)")
            return false
        }
    }

    private func check(_ migration: Migration, _ expected: PgDumpOracle) async throws {
        let start = try snapshot()
        try await Self.apply(migration, to: subject.url)
        let difference = SchemaDifference(from: try snapshot(), to: start)
        do {
            try proveExact(difference, start)
            let steps = difference.ddl(style: .compatible)
            let undo = Migration(name: "undo", sql: steps.map(\.sql).joined())
            try await Self.apply(undo, to: subject.url)
            let waiting = try completed(steps.flatMap(\.followUps))
            let left = SchemaDifference(from: try snapshot(), to: start).summary
            let found = try await PgDumpOracle.dump(subject.url)
            let named = difference.unrendered.map(\.line) + waiting
            if left.isEmpty, found == expected {
                tally.restored += 1
            } else if !named.isEmpty {
                tally.named += ["\(migration.name): \(named.joined(separator: "; "))"]
            } else {
                throw NotRestored(
                    text: "\(left) \(expected.difference(to: found))\n\(undo.sql)")
            }
        } catch let error as PostgresError
            where Self.isAboutRows(error) && Self.converts(difference)
        {
            tally.named.append("\(migration.name): values do not fit: \(error.message)")
        } catch {
            tally.failures.append("\(migration.name): \(error)")
        }
        try await followMeasure(migration)
    }

    struct NotRestored: Error { var text: String }

    /// Rows that the migration inserted refuse it (SQLSTATE classes 22 and 23).
    private static func isAboutRows(_ error: PostgresError) -> Bool {
        ["22", "23"].contains(error.state?.rawValue.prefix(2) ?? "")
    }

    /// Whether the hotfix says that values which do not fit make it fail.
    private static func converts(_ difference: SchemaDifference) -> Bool {
        difference.ddl(style: .compatible).flatMap(\.losses).contains { $0.kind == .converted }
    }

    /// Runs follow-ups, and returns those that have to wait for somebody to fill in
    /// rows: a migration may have inserted some.
    private func completed(_ followUps: [FollowUp]) throws -> [String] {
        try followUps.compactMap { followUp in
            do {
                try Self.session(subject.url).execute(followUp.statement)
                return nil
            } catch let error as PostgresError where Self.isAboutRows(error) {
                return "\(followUp.statement) waits for data"
            }
        }
    }

    /// The exact form gives the same schema. Looked at inside a transaction, so
    /// that nothing has to be undone.
    private func proveExact(_ difference: SchemaDifference, _ goal: SchemaSnapshot) throws {
        let session = try Self.session(subject.url)
        try session.execute("BEGIN")
        let steps = difference.ddl(style: .exact)
        do {
            try session.execute(steps.map(\.sql).joined())
        } catch let error as PostgresError where Self.isAboutRows(error) {
            // Only the compatible form has something to say about rows.
            return
        }
        let left = SchemaDifference(from: try SchemaSnapshot.read(session), to: goal).summary
        try session.execute("ROLLBACK")
        if !left.isEmpty, difference.unrendered.isEmpty {
            throw NotRestored(text: "exact: \(left)\n\(steps.migrationText())")
        }
    }

    /// The subject catches up with the measure. Where a script does not run a
    /// second time, as one that inserts rows, by becoming a copy of it.
    private func followMeasure(_ migration: Migration) async throws {
        let isUndone = tally.failures.last?.hasPrefix("\(migration.name):") != true
        if isUndone, (try? await Self.apply(migration, to: subject.url)) != nil { return }
        try await copyMeasure()
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
    private static func apply(_ migration: Migration, to url: String) async throws {
        do {
            try session(url).execute(migration.sql)
        } catch let error as PostgresError
            where ["25001", "55P04"].contains(error.state?.rawValue ?? "")
        {
            let output = try await ProcessRunner.run(
                "psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url], stdin: migration.sql)
            guard output.status == 0 else {
                throw NotRestored(text: "\(migration.name): \(output.stderr)")
            }
        }
    }
}
