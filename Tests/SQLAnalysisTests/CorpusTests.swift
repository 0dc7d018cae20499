import Foundation
import SQLAnalysis
import Testing

/// Real migrations, where the corpus lies beside the package; `SLUICE_CORPUS` names other
/// folders, each with the history of one application, separated by colons.
enum Corpus {
    private static let named = ProcessInfo.processInfo.environment["SLUICE_CORPUS"]

    static let histories: [URL] =
        named.map { $0.split(separator: ":").map { URL(filePath: String($0)) } }
        ?? [
            URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "shared/corpus")
        ]

    static let isPresent = histories.allSatisfy { FileManager.default.fileExists(atPath: $0.path) }

    /// Whether the figures are those that tests know.
    static let isUsual = named == nil

    /// Every migration in the order of its name.
    static func migrations(in root: URL) throws -> [(name: String, text: String)] {
        let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
        let scripts = (files?.compactMap { $0 as? URL } ?? []).filter {
            $0.lastPathComponent == "migration.sql"
        }
        return try scripts.sorted { $0.path < $1.path }.map { file in
            (
                file.deletingLastPathComponent().lastPathComponent,
                try String(contentsOf: file, encoding: .utf8)
            )
        }
    }
}

@Suite(.enabled(if: Corpus.isPresent, "the corpus is not beside the package"))
struct CorpusTests {
    @Test(arguments: Corpus.histories)
    func everyMigrationIsCoveredByItsStatements(_ history: URL) throws {
        let migrations = try Corpus.migrations(in: history)
        if Corpus.isUsual { #expect(migrations.count >= 820) }
        var statements = 0
        var stepwise = 0
        for (name, text) in migrations {
            let script = try Script(text)
            statements += script.statements.count
            stepwise += script.mode.isTransactional ? 0 : 1
            // Another history may have mistakes of its own.
            if !Corpus.isUsual, script.isOpaque || script.statements.isEmpty { continue }
            let rest = remainder(of: script)
            #expect(rest.isEmpty, "\(name): \(rest)")
            #expect(script.units.map(\.statements).reduce(0) { $0 + $1.count } > 0, "\(name)")
            if Corpus.isUsual { #expect(script.notes.isEmpty, "\(name): \(script.notes)") }
        }
        print(
            "\(history.lastPathComponent): \(migrations.count) files, \(statements) statements, \(stepwise) stepwise"
        )
    }

    @Test(arguments: Corpus.histories)
    func theWholeHistoryRunsIntoAnEmptyDatabaseWithoutAWord(_ history: URL) throws {
        let plan = try Corpus.migrations(in: history).filter {
            Corpus.isUsual || (try? Script($0.text)) != nil
        }.map { (name: $0.name, script: try Script($0.text)) }
        let findings = Linter.findings(in: plan, databaseIsEmpty: true).filter {
            // One script that cannot be read leaves gaps in what is known of the objects.
            !$0.findings.isEmpty && Corpus.isUsual
        }
        #expect(findings == [])
    }

    /// Each migration behind those before it, on tables of unknown size.
    @Test(arguments: Corpus.histories)
    func findingsAreFewInRealMigrationsOneByOne(_ history: URL) throws {
        var schema = KnownSchema()
        schema.knowsWholeHistory = true
        var counts: [String: Int] = [:]
        var files: [Severity: Int] = [:]
        let migrations = try Corpus.migrations(in: history)
        for (name, text) in migrations {
            guard Corpus.isUsual || (try? Script(text)) != nil else { continue }
            let script = try Script(text)
            schema.beginPlan()
            var linter = Linter(schema: schema)
            let findings = linter.findings(in: script)
            for finding in findings {
                counts["\(finding.severity) \(finding.rule)", default: 0] += 1
                #expect(finding.message.hasSuffix("."), "\(name)")
                #expect(finding.safer.map { (try? Script($0)) != nil } ?? true, "\(finding)")
            }
            if let worst = findings.map(\.severity).max() { files[worst, default: 0] += 1 }
            schema.replay(script)
        }
        for (rule, count) in counts.sorted(by: { $0.key < $1.key }) { print("  \(rule): \(count)") }
        let grave = (files[.warning] ?? 0) + (files[.error] ?? 0)
        let share = Double(grave) / Double(migrations.count)
        print(
            "\(history.lastPathComponent): \(grave) of \(migrations.count) files have a finding of severity warning or "
                + "above (\(Int((share * 100).rounded())) %), \(files[.note] ?? 0) only notes")
        if Corpus.isUsual { #expect(share < 0.4) }
    }

    /// What is left of a script without its statements, comments, blanks and semicolons, by a
    /// splitter of this test's own that knows only comments.
    private func remainder(of script: Script) -> String {
        var rest = ""
        var position = 0
        let bytes = Array(script.text.utf8)
        for range in script.statements.map(\.range) + [bytes.count..<bytes.count] {
            rest += String(decoding: bytes[position..<range.lowerBound], as: UTF8.self) + "\n"
            position = range.upperBound
        }
        return
            rest
            .replacing(#/\/\*(.|\n|\r)*?\*\//#, with: "").replacing(#/--[^\n]*/#, with: "")
            .replacing(#/[\s;]+/#, with: "")
    }
}

/// What the gate `data_loss` asks about.
@Suite(.enabled(if: Corpus.isPresent && Corpus.isUsual, "the corpus is not beside the package"))
struct CorpusLossTests {
    /// Each migration behind those before it. What can be counted is a question to the database
    /// and blocks nobody whose tables are empty; what cannot be read blocks everybody.
    @Test(arguments: Corpus.histories)
    func everyRealMigrationCanBeCounted(_ folder: URL) throws {
        var history: [Script] = []
        var asked = 0
        let migrations = try Corpus.migrations(in: folder)
        for (name, text) in migrations {
            let script = try Script(text)
            let losses = PotentialLoss.all(in: [script], history: history)
            for loss in losses {
                switch loss.subject {
                case .unknown(let reason): Issue.record("\(name): \(reason)")
                case .call(let function): Issue.record("\(name): \(function)")
                default: break
                }
            }
            asked += losses.isEmpty ? 0 : 1
            history.append(script)
        }
        print("corpus: the loss of \(asked) of \(migrations.count) files is counted")
        #expect(asked * 100 < 15 * migrations.count)
    }
}
