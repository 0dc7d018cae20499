import GitStore

/// Compares what a branch offers with what an environment's history has.
/// Pure: values in, values out.
public enum Planner {
    /// The migrations of a branch that the history lacks, in order.
    ///
    /// As Prisma decides it: a name is pending when no row of that name is
    /// applied or unfinished.
    public static func pending(_ branch: BranchMigrations, _ history: History) -> [Migration] {
        let known = Set(history.rows.filter { $0.state != .rolledBack }.map(\.name))
        return branch.migrations.filter { !known.contains($0.name) }
    }

    /// Everything about branch and history that needs a person.
    ///
    /// - Parameters:
    ///   - branch: what the branch offers.
    ///   - history: what the environment has.
    ///   - resumable: names of unfinished stepwise migrations that the next
    ///     deployment can carry on with; they are not problems.
    /// - Returns: the problems, the failed ones first.
    public static func problems(
        _ branch: BranchMigrations, _ history: History, resumable: Set<String> = []
    ) -> [Problem] {
        let onBranch = Set(branch.migrations.map(\.name))
        let failed = history.failed.filter {
            !resumable.contains($0.name) || !onBranch.contains($0.name)
        }.map { row in
            Problem(
                .failed, row.name,
                "started at \(row.startedAt) and did not finish; nobody has said yet whether it is applied.",
                subject: row.id)
        }
        return failed + edited(branch, history) + missing(branch, history)
            + outOfOrder(branch, history) + branch.problems
    }

    private static func edited(_ branch: BranchMigrations, _ history: History) -> [Problem] {
        let applied = history.applied
        return branch.migrations.compactMap { migration -> Problem? in
            guard let row = applied[migration.name],
                !migration.digests.matches(stored: row.checksum)
            else { return nil }
            let commit = branch.change(of: migration.name).map {
                " by commit \($0.provenance.commit.short)"
            }
            return Problem(
                .edited, migration.name,
                "its script was changed\(commit ?? "") after it was applied: "
                    + "the branch has \(migration.checksum.prefix(12)), the history \(row.checksum.prefix(12)).",
                subject: "\(migration.checksum) \(row.checksum)")
        }
    }

    private static func missing(_ branch: BranchMigrations, _ history: History) -> [Problem] {
        let onBranch = Set(branch.migrations.map(\.name)).union(branch.problems.map(\.migration))
        let gone = history.appliedNames.filter { !onBranch.contains($0) }
        guard !gone.isEmpty else { return [] }
        let place = branch.branch.map { "branch \($0)" } ?? "the migrations folder"
        let problems = gone.map { name in
            Problem(
                .missing, name, "it is applied and not on \(place)\(explanation(branch, name)).",
                subject: history.applied[name]?.checksum ?? "")
        }
        guard let first = pending(branch, history).first else { return problems }
        return problems + [
            Problem(
                .diverged, first.name,
                "\(place) and the history each have migrations the other lacks, from here on.",
                subject: first.checksum)
        ]
    }

    private static func explanation(_ branch: BranchMigrations, _ name: String) -> String {
        guard let change = branch.change(of: name) else { return "" }
        let commit = "commit \(change.provenance.commit.short) by \(change.provenance.author.name)"
        if let newName = change.newName { return "; \(commit) renamed it to \(newName)" }
        return "; \(commit) removed it"
    }

    private static func outOfOrder(_ branch: BranchMigrations, _ history: History) -> [Problem] {
        let applied = history.applied
        guard let last = branch.migrations.lastIndex(where: { applied[$0.name] != nil }) else {
            return []
        }
        let lastName = branch.migrations[last].name
        let pendingNames = Set(pending(branch, history).map(\.name))
        return branch.migrations[..<last].filter { pendingNames.contains($0.name) }.map {
            migration in
            Problem(
                .outOfOrder, migration.name,
                "it is pending and sorts before \(lastName), which is applied already\(arrival(migration)).",
                subject: migration.checksum)
        }
    }

    /// How a late migration came to be late.
    private static func arrival(_ migration: Migration) -> String {
        guard let provenance = migration.provenance else { return "" }
        let author = provenance.author.name
        guard let merge = provenance.merge else {
            return "; it came with commit \(provenance.commit.short) by \(author)"
        }
        return
            "; it came with the merge \(merge.short), from a branch on which \(author) had named it earlier"
    }
}
