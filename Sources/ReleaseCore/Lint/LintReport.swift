public import SQLAnalysis

/// Findings of migrations, without a database.
public struct LintReport: Sendable {
    /// One migration that was looked at.
    public struct Entry: Sendable {
        /// The name of its folder; for another file its path.
        public var name: String
        /// Its script, from where the command was started or from the root of the repository.
        public var path: String
        /// In the order of the statements.
        public var findings: [Finding]
        /// What was read; without statements where the grammar of PostgreSQL 15 cannot read it.
        public var script: Script
    }

    /// In the order in which the migrations are applied.
    public var entries: [Entry]

    /// The gravest of all findings; nil where there is none.
    public var worst: Severity? { entries.flatMap(\.findings).map(\.severity).max() }

    /// How many findings have a severity.
    public func count(_ severity: Severity) -> Int {
        entries.flatMap(\.findings).count { $0.severity == severity }
    }

    /// Judges migrations in their order.
    ///
    /// - Parameters:
    ///   - scripts: all there are; those that are not judged tell what was there before.
    ///   - wanted: the names of those to judge.
    ///   - together: whether those run as one plan, so that a later one may drop what an earlier
    ///     one has created; otherwise each is judged as if those before it had run long ago.
    init(_ scripts: [LintScript], wanted: Set<String>, together: Bool) {
        var schema = KnownSchema()
        // One script alone tells nothing of what was there before it.
        schema.knowsWholeHistory = scripts.count > 1
        var linter = Linter(schema: schema)
        var hasBegun = false
        entries = []
        for source in scripts {
            let script = source.script
            guard wanted.contains(source.name) else {
                if !hasBegun || !together { linter.learn(script) }
                continue
            }
            if !together || !hasBegun { linter.beginPlan() }
            hasBegun = true
            var findings = source.problem.map { [$0] } ?? linter.findings(in: script)
            if source.problem == nil, script.statements.isEmpty { findings = [source.emptiness] }
            entries.append(
                Entry(name: source.name, path: source.path, findings: findings, script: script))
        }
    }
}
