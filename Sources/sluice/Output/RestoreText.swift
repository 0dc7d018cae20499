import ReleaseCore

/// A restore as people read it.
struct RestoreText {
    let console: Console

    func lines(_ report: RestoreReport) -> [String] {
        var lines = [
            "\(console.paint(report.target, .strong)) ← \(report.source)",
            "  restored \(report.tables) tables with \(report.restored) migrations applied",
        ]
        lines += report.applied.map { "  \(console.paint("✓", .good)) \($0) replayed" }
        lines += report.leftOut.map { "  – \($0) left out" }
        lines += report.tooLate.map {
            "  \(console.paint("in the backup", .bad)) \($0): take an older backup to be without it"
        }
        for result in report.smoke?.results ?? [] {
            let isPassed = result.outcome == .passed
            let mark = console.paint(isPassed ? "✓" : "✗", isPassed ? .good : .bad)
            lines.append("  \(mark) smoke: \(result.name)" + (isPassed ? "" : ": \(result.detail)"))
        }
        if let failure = report.failure { lines.append("  \(console.paint("✗", .bad)) \(failure)") }
        lines += report.notes.map { "note:  \($0)" }
        lines.append(
            report.isFine
                ? "\(console.paint("restored", .good)); \(report.environment) was not touched."
                : "\(console.paint("not as asked", .bad)); \(report.environment) was not touched.")
        if let url = report.url { lines += visit(report, url) }
        return lines
    }
}

extension RestoreText {
    /// How to get at what was restored to the repository's sandbox or a server of its own.
    private func visit(_ report: RestoreReport, _ url: String) -> [String] {
        guard let name = report.name ?? RestoredDatabase.name(in: url) else {
            return ["next:  psql \"\(url)\""]
        }
        return [
            "next:  sluice sandbox run \(name)   (keeps its server running, until Ctrl-C)",
            "next:  psql \"\(url)\"",
            "next:  sluice sandbox remove \(name)   (when it is not needed any more)",
        ]
    }
}

/// The JSON of `sluice restore`.
struct RestoreDocument: Encodable {
    var environment: String
    var source: String
    var target: String
    var tables: Int
    var restored: Int
    var applied: [String]
    var leftOut: [String]
    var inBackup: [String]
    var failure: String?
    var smoke: [SmokeDocument]
    var notes: [String]
    var verdict: String

    enum CodingKeys: String, CodingKey {
        case environment, source, target, tables, restored, applied, failure, smoke, notes, verdict
        case leftOut = "left_out"
        case inBackup = "in_backup"
    }

    init(_ report: RestoreReport) {
        environment = report.environment
        source = report.source
        target = report.target
        tables = report.tables
        restored = report.restored
        applied = report.applied
        leftOut = report.leftOut
        inBackup = report.tooLate
        failure = report.failure
        smoke = report.smoke?.results.map(SmokeDocument.init) ?? []
        notes = report.notes
        verdict = report.isFine ? "succeeded" : "failed"
    }
}
