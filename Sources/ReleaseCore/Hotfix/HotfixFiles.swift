import Foundation
import GitStore

/// Where a hotfix is written: a branch of its own, or the work tree.
struct HotfixFiles {
    let workspace: Workspace
    let repository: GitRepository
    let release: Release
    /// Oldest first.
    let undone: [Migration]

    /// The branch is named after what it undoes, so that asking twice finds it.
    private var plainBranch: String {
        let names = undone.map { Self.branchWord($0.name) }
        guard let first = names.first, let last = names.last, names.count > 1 else {
            return "hotfix/\(names.first ?? "nothing")"
        }
        let positions = undone.compactMap { migration in
            release.offered.migrations.firstIndex { $0.name == migration.name }
        }
        let isRange = (positions.last ?? 0) - (positions.first ?? 0) == names.count - 1
        return "hotfix/\(first)\(isRange ? "_to_" : "_and_")\(last)"
            + (isRange || names.count == 2 ? "" : "_\(names.count)")
    }

    /// Folders may have blanks and more in their names that Git does not take for a
    /// branch (git-check-ref-format).
    private static func branchWord(_ name: String) -> String {
        let word = name.map { $0.isLetter || $0.isNumber || "-_".contains($0) ? $0 : "-" }
        return String(word)
    }

    /// The hotfix for the same migrations that somebody made before and that has
    /// not been merged yet.
    func existing() throws -> Hotfix? {
        for tip in try repository.branches()
        where tip.name == plainBranch || tip.name.hasPrefix("\(plainBranch)-") {
            guard let base = release.commit, try !repository.isAncestor(tip.commit, of: base),
                let found = try hotfix(on: tip)
            else { continue }
            return found
        }
        return nil
    }

    private func hotfix(on tip: BranchTip) throws -> Hotfix? {
        let known = Set(release.offered.migrations.map(\.name))
        let listing = try repository.migrations(
            in: release.configuration.migrationsPath, at: tip.commit)
        for folder in listing.folders.reversed() where !known.contains(folder.name) {
            let text = String(decoding: try repository.script(folder.blob), as: UTF8.self)
            guard undone.allSatisfy({ text.contains("-- Hotfix for \($0.name).\n") }) else {
                continue
            }
            let written = WrittenHotfix(script: text)
            var hotfix = made(
                branch: tip.isRemoteTracking ? tip.reference : tip.name, migration: folder.name,
                commit: tip.commit, sql: text, proven: written.isProven, proof: written.proof,
                cannotReturn: written.cannotReturn)
            hotfix.existed = true
            return hotfix
        }
        return nil
    }

    /// Commits the migration and the Prisma schema on a new branch; index and work
    /// tree stay as they are.
    func commit(_ text: HotfixText) throws -> Hotfix {
        guard let base = release.commit else {
            throw ReleaseError(.usage, "there is no commit to start the hotfix from.")
        }
        let folder = folderName
        let sql = text.script
        let datamodel = try DatamodelMerge(
            repository: repository, release: release, commit: base, scripts: scripts
        ).run(undoing: undone)
        var files = datamodel.files
        files["\(release.configuration.migrationsPath)/\(folder)/migration.sql"] = Array(sql.utf8)
        let checks = try checks(at: base).folders
        let branch = try freeBranch()
        let commit = try repository.createBranch(
            branch, at: base, files: files, removing: checks,
            message: message(text, datamodel, checks),
            author: workspace.options.author.map { author in
                Signature(
                    name: author.name, email: author.email,
                    when: GitTime(seconds: Int64(Date().timeIntervalSince1970)))
            })
        var hotfix = made(
            branch: branch, migration: folder, commit: commit, sql: sql,
            proven: text.proof.isProven, proof: text.proofSentence,
            cannotReturn: text.proof.cannotReturn)
        hotfix.removedChecks = checks
        return filled(hotfix, text, datamodel)
    }

    /// Writes the files into the work tree, uncommitted.
    ///
    /// - Throws: ``ReleaseError`` when something else is checked out than what the
    ///   hotfix is for, or a file is there already.
    func writeToWorkTree(_ text: HotfixText) throws -> Hotfix {
        guard let tree = repository.workTree, let base = release.commit else {
            throw ReleaseError(.usage, "there is no work tree to write to.")
        }
        let (branch, checkedOut) = try checkedOut()
        guard checkedOut == base else {
            throw ReleaseError(
                .usage,
                "the work tree has \(branch ?? "a detached HEAD") at \(checkedOut?.short ?? "no commit"), and the hotfix is for \(release.offered.branch ?? "HEAD") at \(base.short).",
                state: "nothing was written.",
                next: [
                    "git switch \(release.offered.branch ?? "BRANCH"), or leave --worktree away for a branch of its own."
                ])
        }
        let folder = folderName
        let sql = text.script
        let datamodel = try DatamodelMerge(
            repository: repository, release: release, commit: base, scripts: scripts
        ).run(undoing: undone) { Workspace.contents(of: "\(tree)/\($0)") }
        let script = "\(release.configuration.migrationsPath)/\(folder)/migration.sql"
        try Self.write(Array(sql.utf8), to: "\(tree)/\(script)", isNew: true)
        for (path, contents) in datamodel.files {
            try Self.write(contents, to: "\(tree)/\(path)", isNew: false)
        }
        let checks = try checks(at: base).remove(from: tree)
        var hotfix = made(
            branch: branch ?? "HEAD", migration: folder, commit: base, sql: sql,
            proven: text.proof.isProven, proof: text.proofSentence,
            cannotReturn: text.proof.cannotReturn)
        hotfix.written = [script] + datamodel.files.keys.sorted()
        hotfix.removedChecks = checks.folders
        hotfix = filled(hotfix, text, datamodel)
        hotfix.notes += checks.notes
        return hotfix
    }

    private func checks(at commit: ObjectID) throws -> UndoneChecks {
        try UndoneChecks(
            of: undone, in: release.configuration.migrationsPath, repository, at: commit)
    }

    private func scripts(_ names: [String]) throws -> [String] {
        try workspace.scripts(of: names, in: release).values.map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    private func checkedOut() throws -> (branch: String?, commit: ObjectID?) {
        switch try repository.head() {
        case .branch(let name, let commit): (name, commit)
        case .detached(let commit): (nil, commit)
        case .unborn(let name): (name, nil)
        }
    }

    private static func write(_ contents: [UInt8], to path: String, isNew: Bool) throws {
        let url = URL(fileURLWithPath: path)
        do {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(contents).write(to: url, options: isNew ? .withoutOverwriting : .atomic)
        } catch {
            throw ReleaseError(.failed, "\(path) cannot be written: \(error.localizedDescription)")
        }
    }

    // MARK: parts

    private var folderName: String {
        let words = undone.map { Self.words(of: $0.name) }
        let name = words.count == 1 ? words[0] : "\(words[0])_and_\(words.count - 1)_more"
        return MigrationName.make("hotfix_\(name)", after: release.offered.migrations.map(\.name))
    }

    /// The name without its timestamp.
    private static func words(of name: String) -> String {
        let words = name.drop { $0.isASCII && ($0.isNumber || $0 == "_") }
        return String(words.isEmpty ? name[...] : words)
    }

    /// A branch of that name may have been merged, or be somebody's own.
    private func freeBranch() throws -> String {
        let taken = Set(try repository.branches().map(\.name))
        guard taken.contains(plainBranch) else { return plainBranch }
        var number = 2
        while taken.contains("\(plainBranch)-\(number)") { number += 1 }
        return "\(plainBranch)-\(number)"
    }

    private func message(
        _ text: HotfixText, _ datamodel: DatamodelMerge.Result, _ checks: [String]
    ) -> String {
        let names = undone.map(\.name)
        let subject = names.count == 1 ? names[0] : "\(names.count) migrations"
        var lines = ["hotfix: undo \(subject)", "", text.reason, ""]
        lines += undone.map { migration in
            let commit = migration.provenance.map { ", added by \($0.commit.hex)" } ?? ""
            return "Restores the schema of before \(migration.name)\(commit)."
        }
        lines.append(
            text.proof.isProven
                ? "Proven: \(text.proofSentence)" : "NOT proven: \(text.proofSentence)")
        lines += text.proof.cannotReturn.map { "  \($0)" }
        if !checks.isEmpty {
            lines += [
                "", "Goes too, because it asks for what goes: \(checks.joined(separator: ", ")).",
            ]
        }
        if !datamodel.conflicts.isEmpty {
            lines += ["", "Conflicts to resolve: \(datamodel.conflicts.joined(separator: ", "))."]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func made(
        branch: String, migration: String, commit: ObjectID, sql: String, proven: Bool,
        proof: String, cannotReturn: [String]
    ) -> Hotfix {
        Hotfix(
            branch: branch, migration: migration, commit: commit,
            environment: release.environment.name, target: release.offered.branch,
            upstream: release.environment.promotesFrom, proven: proven, proof: proof,
            cannotReturn: cannotReturn, sql: sql)
    }

    private func filled(
        _ hotfix: Hotfix, _ text: HotfixText, _ datamodel: DatamodelMerge.Result
    ) -> Hotfix {
        var hotfix = hotfix
        hotfix.losses = text.losses
        hotfix.settled = text.proof.settled
        hotfix.schemaFiles = datamodel.files.keys.sorted()
        hotfix.schemaConflicts = datamodel.conflicts
        hotfix.notes = datamodel.notes
        if let failure = text.proof.failure, hotfix.cannotReturn.isEmpty {
            hotfix.cannotReturn = ["the statements stop with: \(failure)"]
        }
        return hotfix
    }
}
