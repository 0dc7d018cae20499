public import GitStore
public import SQLAnalysis

/// Judges what the index is about to make a commit of.
///
/// An ordinary commit costs the reading of the index and of two trees; databases
/// are asked only where a migration of the last commit was changed.
public struct CommitCheck {
    let workspace: Workspace

    public init(_ workspace: Workspace) {
        self.workspace = workspace
    }

    /// What there is to say about a commit.
    public struct Report: Sendable {
        /// Changes of migrations that are not their author's alone any more.
        public var refusals: [Refusal] = []
        /// New migrations that have findings or cannot be used.
        public var judged: [Judged] = []
        /// Names of migrations the commit adds.
        public var added: [String] = []
        /// The schema file, where it changes and no migration comes with it.
        public var schemaAlone: String?
        /// Databases that could not be asked, and why, a sentence each.
        public var unasked: [String] = []

        /// Whether the commit should not be made.
        public var isRefused: Bool {
            !refusals.isEmpty
                || judged.contains { entry in
                    !entry.problems.isEmpty || entry.findings.contains { $0.severity == .error }
                }
        }
    }

    /// A change that is refused.
    public struct Refusal: Sendable, Hashable {
        public var migration: String
        public var kind: FolderChange.Kind
        /// What a renamed one would be called.
        public var newName: String?
        /// Where it is already: “it is on origin/staging, which feeds staging”.
        public var reason: String
    }

    /// A new migration with what is wrong with it.
    public struct Judged: Sendable {
        public var name: String
        public var findings: [Finding]
        public var problems: [Problem]
    }

    /// Looks at the index.
    ///
    /// - Parameter index: another index than the repository's own, as
    ///   `GIT_INDEX_FILE` names it.
    /// - Returns: everything there is to say.
    /// - Throws: `GitError`.
    public func report(index: String? = nil) throws -> Report {
        guard let repository = workspace.repository, !repository.isBare else { return Report() }
        let path = workspace.configuration.migrationsPath
        let staged = try GitIndex(of: repository, at: index)
        let head = try repository.headCommit()
        // The other side of a merge answers for what it brings.
        let bases = try [head, repository.commit(ofReference: "MERGE_HEAD")].compactMap { $0 }
            .map { try repository.scripts(in: path, at: $0) }
        let now = try staged.scripts(in: path)
        var report = Report()
        let mine = bases.first ?? [:]
        let others = bases.dropFirst()
        let changed = mine.filter { name, blob in
            now[name] != blob && !others.contains { $0[name] == now[name] }
        }
        if !changed.isEmpty { try refuse(changed, now, repository, &report) }
        let added = now.filter { name, _ in !bases.contains { $0[name] != nil } }
        report.added = MigrationOrder.sorted(Array(added.keys))
        if !added.isEmpty { try judge(added, among: now, repository, &report) }
        if let head, changed.isEmpty, added.isEmpty, bases.count == 1 {
            let schema = workspace.configuration.schemaPath
            let before = try repository.blob(at: schema, in: head)
            if staged.blob(at: schema) != before { report.schemaAlone = schema }
        }
        return report
    }

    private func refuse(
        _ changed: [String: ObjectID], _ now: [String: ObjectID], _ repository: GitRepository,
        _ report: inout Report
    ) throws {
        var undecided: [Refusal] = []
        let merged = try MergedMigrations(repository, workspace.configuration)
        for name in MigrationOrder.sorted(Array(changed.keys)) {
            guard let old = changed[name], try isRealChange(old, now[name], repository) else {
                continue
            }
            let newName = now[name] == nil ? now.first { $0.value == old }?.key : nil
            var refusal = Refusal(
                migration: name,
                kind: now[name] != nil ? .edited : newName != nil ? .renamed : .removed,
                newName: newName, reason: "")
            if let copy = merged.copy(having: name) {
                refusal.reason = "it is on \(copy.place)"
                report.refusals.append(refusal)
            } else {
                undecided.append(refusal)
            }
        }
        guard !undecided.isEmpty else { return }
        let asked = AppliedNames.ask(workspace)
        report.unasked = asked.compactMap(\.failure)
        for refusal in undecided {
            if let place = asked.first(where: { $0.names.contains(refusal.migration) }) {
                var refusal = refusal
                refusal.reason = "it is applied in \(place.environment)"
                report.refusals.append(refusal)
            }
        }
    }

    /// Other line endings change no checksum that Prisma compares.
    private func isRealChange(
        _ old: ObjectID, _ new: ObjectID?, _ repository: GitRepository
    ) throws -> Bool {
        guard let new else { return true }
        let before = ScriptDigests.of(try repository.script(old))
        return before.lf != ScriptDigests.of(try repository.script(new)).lf
    }

    private func judge(
        _ added: [String: ObjectID], among now: [String: ObjectID], _ repository: GitRepository,
        _ report: inout Report
    ) throws {
        var scripts: [String: [UInt8]] = [:]
        for (name, blob) in now { scripts[name] = try repository.script(blob) }
        func migrations(_ names: [String]) -> [Migration] {
            names.map { Migration(name: $0, digests: .of(scripts[$0] ?? [])) }
        }
        let earlier = MigrationOrder.sorted(now.keys.filter { added[$0] == nil })
        let loaded = ScriptLoader.load(
            migrations(report.added), scripts, behind: migrations(earlier))
        report.judged = report.added.map { name in
            Judged(
                name: name,
                findings: loaded.planned.first { $0.name == name }?.findings ?? [],
                problems: loaded.problems.filter { $0.migration == name })
        }.filter { !$0.findings.isEmpty || !$0.problems.isEmpty }
    }
}
