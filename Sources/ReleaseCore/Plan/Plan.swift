public import GitStore
public import SQLAnalysis

/// The ordered pending migrations of one environment at one commit.
///
/// A value: `plan`, `--dry-run` and the real run print the same one.
public struct Plan: Sendable {
    public var environment: String
    public var branch: String?
    public var commit: ObjectID?
    /// What this plan is called: see ``PlanDigest``.
    public var digest: String
    public var migrations: [PlannedMigration]
    public var problems: [Problem]
    /// Problems that somebody answers for with this very run.
    public var accepted: [Problem] = []
    /// How many migrations the history has applied.
    public var appliedCount: Int
    public var notes: [String]

    /// The commit's 40 hexadecimal digits.
    var commitDigits: String? { commit?.hex }

    /// Whether there is nothing to run.
    public var isEmpty: Bool { migrations.isEmpty }
}

/// One pending migration with what was found out about its script.
public struct PlannedMigration: Sendable {
    public var migration: Migration
    public var script: Script
    public var findings: [Finding]
    /// Where it is carried on, when an earlier run has left it half-finished.
    public var continuation: Continuation?
    /// What has to be counted before it runs.
    var losses: [PotentialLoss] = []

    public var name: String { migration.name }

    public init(migration: Migration, script: Script, findings: [Finding] = []) {
        self.migration = migration
        self.script = script
        self.findings = findings
    }

    /// The same with statements outside transactions that the server refuses inside
    /// one.
    ///
    /// - Parameter refused: the statements, by index, besides those known already.
    /// - Returns: `nil` where that changes nothing.
    func separating(_ refused: Set<Int>) -> PlannedMigration? {
        let all = script.refused.union(refused)
        guard all != script.refused, let cut = try? Script(script.text, refused: all),
            cut.units != script.units
        else { return nil }
        var copy = self
        copy.script = cut
        return copy
    }
}
