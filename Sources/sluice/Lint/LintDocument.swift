import ReleaseCore
import SQLAnalysis

/// The JSON of `sluice lint`.
struct LintDocument: Encodable {
    struct Migration: Encodable {
        var name: String
        var path: String
        var findings: [FindingDocument]
    }

    var migrations: [Migration]

    init(_ report: LintReport) {
        migrations = report.entries.map { entry in
            Migration(
                name: entry.name, path: entry.path,
                findings: entry.findings.map(FindingDocument.init))
        }
    }
}

/// What a finding's statement does to one relation, as JSON.
struct ImpactDocument: Encodable {
    var relation: String
    var lock: String
    var scan: Bool
    var rewrite: Bool
    var indexBuild: Bool

    enum CodingKeys: String, CodingKey {
        case relation, lock, scan, rewrite
        case indexBuild = "index_build"
    }

    init(_ impact: Impact) {
        relation = impact.relation.description
        lock = impact.lock.name
        scan = impact.work.contains(.scan)
        rewrite = impact.work.contains(.rewrite)
        indexBuild = impact.work.contains(.indexBuild)
    }
}
